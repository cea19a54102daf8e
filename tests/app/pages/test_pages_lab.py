"""Pages of the numerics lab that turn the precision, scale the weights, and prove."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from fp16core.evaluate.comparison import Comparison
from fp16core.figures.base.table import figure_csv
from fp16core.figures.lab.dial import format_map
from fp16core.lab.guarantee import guarantee
from fp16core.numerics.formats import PRESETS, FloatFormat
from fp16core.numerics.weight_rounding import rounding_errors
from fp16core.runs.pair import BUNDLED
from fp16core.runs.record import REFERENCE_FILE, RUN_FILE, TARGET_FILE, file_record
from fp16core.text import percent_text, small_text
from fp16core.tflite.model_file import ModelPair
from pages.shared.session.subject import default_subject
from tests.helpers.apps.driving import charts, errors, visit, words
from tests.helpers.networks.edited import edited, with_average_pooling
from tests.helpers.places import TestSet
from tests.helpers.results import dial_result

pytestmark = pytest.mark.usefixtures("cold_caches")


def test_the_dial_starts_at_float16_with_the_pairs_own_numbers(comparison: Comparison) -> None:
    app = visit("dial")
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["Bits of a weight"] == "16"
    assert shown["File, if packed"] == f"{(BUNDLED / TARGET_FILE).stat().st_size:,} B"
    assert shown["Accuracy"] == percent_text(comparison.target.accuracy.value)
    assert shown["Changed answers"] == str(comparison.changed_predictions)
    assert shown["Largest logit change"] == small_text(comparison.max_abs_logit_delta)
    sweep = next(chart for chart in charts(app) if chart["layout"]["xaxis"]["title"]["text"] == "mantissa bits")
    assert sweep["data"][0]["x"] == list(range(23, -1, -1))
    assert "24 formats measured, each on 10,000 images." in words(app)


def test_a_preset_turns_the_dial_and_the_dial_names_the_preset() -> None:
    app = visit("dial")
    app.pills(key="preset").set_value("FP8 E4M3").run()
    assert (app.slider(key="exponent").value, app.slider(key="mantissa").value) == (4, 3)
    assert not app.toggle(key="infinity").value
    assert "rounded to **8 bits**" in words(app)
    app.toggle(key="infinity").set_value(True).run()
    assert app.pills(key="preset").value is None
    app.slider(key="exponent").set_value(8).run()
    app.slider(key="mantissa").set_value(7).run()
    assert app.pills(key="preset").value == "bfloat16"
    assert not app.exception


def test_without_a_sign_the_model_breaks() -> None:
    app = visit("dial")
    app.toggle(key="signed").set_value(False).run()
    assert "This breaks it" in words(app)
    assert "Even 23 mantissa bits are not enough" in words(app)


def test_the_overflow_lab_starts_unscaled_and_says_where_float16_hurts(comparison: Comparison) -> None:
    app = visit("overflow")
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["Accuracy, float16"] == percent_text(comparison.target.correct[:2000].mean())
    assert shown["Too large"] == "0"
    app.slider(key="power-of-2").set_value(20).run()
    assert ":orange[here float16 hurts.]" in words(app)
    assert "2000 images without an answer" in app.metric[1].delta.replace(",", "")
    app.segmented_control(key="beyond").set_value("clamped to 65,504").run()
    assert "without an answer" not in app.metric[1].delta
    app.segmented_control(key="factors").set_value("powers of 10").run()
    assert not app.exception
    assert "At factor **10⁰**" in words(app)


def test_every_weight_is_counted_once_at_every_factor() -> None:
    found = [chart for chart in charts(visit("overflow")) if chart["layout"]["yaxis"]["title"]["text"] == "weights (%)"]
    assert len(found) == 2
    for chart in found:
        totals = np.sum([bar["y"] for bar in chart["data"]], axis=0)
        assert totals == pytest.approx(np.full(57, 100))


def test_the_guarantee_shows_what_is_proven(pair: ModelPair, test_set: TestSet, comparison: Comparison) -> None:
    app = visit("guarantee")
    proven = guarantee(pair, rounding_errors(pair), test_set[0], comparison.reference).proven
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["Proven unchangeable"] == f"{proven.sum():,}"
    assert shown["Observed unchanged"] == f"{(~comparison.changed).sum():,}"
    assert "Its answer is not proven" in words(app)
    app.number_input(key="near").set_value(0).run()
    assert "Its answer is proven." in words(app)


@pytest.mark.parametrize("page", ["overflow", "guarantee"])
def test_a_network_that_cannot_be_followed_is_a_sentence(
    page: str, pair: ModelPair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Path(shutil.copytree(BUNDLED, tmp_path / "average"))
    run = json.loads((other / RUN_FILE).read_text())
    for name, model in ((REFERENCE_FILE, pair.reference), (TARGET_FILE, pair.target)):
        changed = edited(model, with_average_pooling).contents
        (other / name).write_bytes(changed)
        run["files"][name] = file_record(changed)
    (other / RUN_FILE).write_text(json.dumps(run))
    monkeypatch.setenv("HALFBITS_PAIR", str(other))
    app = visit(page)
    assert not app.exception
    assert "has the operator AVERAGE_POOL_2D" in errors(app)[0]
    assert not visit("dial").error


def test_the_map_holds_every_measured_format_and_its_table_too() -> None:
    """The first of two formats is measured so far."""
    formats = [PRESETS["float16"], FloatFormat(2, 0)]
    drawn = format_map(formats, [dial_result(0.02)], formats[1])
    marks = drawn.data[1]
    assert (list(marks.x), list(marks.y)) == ([10], [5])
    assert list(drawn.data[2].x) == [10]
    (_, row) = figure_csv(drawn).splitlines()
    assert row.startswith('"formats",10,5,0,')


def test_a_sweep_stopped_at_once_still_has_a_first_result() -> None:
    app = visit("guarantee")
    forms = tuple(FloatFormat(5, bits) for bits in range(12, -1, -1))
    app.session_state["prove-sweep"] = (hash((default_subject(), *forms)), 0, True)
    app.toggle(key="prove").set_value(True).run()
    assert not app.exception
    proof = next(chart for chart in charts(app) if chart["layout"]["yaxis"]["title"]["text"] == "images (%)")
    assert proof["data"][0]["x"] == [12]
    assert [button.label for button in app.button] == ["Continue"]
