"""Pages of the numerics lab that turn the precision, scale the weights, and prove."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from fp16core.evaluate.comparison import Comparison, compare, image_logits
from fp16core.lab.guarantee import guarantee
from fp16core.numerics.formats import FloatFormat
from fp16core.numerics.weight_rounding import rounding_errors
from fp16core.runs.pair import BUNDLED
from fp16core.runs.record import REFERENCE_FILE, RUN_FILE, TARGET_FILE, file_record
from fp16core.runtime.classifier import Classifier
from fp16core.text import percent_text, points_text, small_text
from fp16core.tflite.model_file import ModelPair
from fp16core.tflite.replace import replace_weights
from pages.limits.format_dial import DIAL
from pages.limits.scaled_weights import _POWERS
from pages.shared.session.subject import default_subject
from tests.helpers.apps.driving import charts, errors, visit, words
from tests.helpers.networks.edited import edited, with_quadratic_pooling
from tests.helpers.places import TestSet, page_file

pytestmark = pytest.mark.usefixtures("cold_caches")


@pytest.fixture
def few(small_dataset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On 200 images the map of all formats is measured at once."""
    monkeypatch.setenv("HALFBITS_MNIST", str(small_dataset))


def dial(app: AppTest) -> dict[str, Any]:
    """What the browser gets to draw the dial from."""
    drawn = [each.proto for each in app.get("bidi_component") if each.proto.component_name.endswith("format_dial")]
    return dict(json.loads(drawn[0].json))


def sent_by_browser(app: AppTest, **values: int) -> AppTest:
    """The values of the dial, as a browser sends them."""
    version = app.session_state["format-dial-version"]
    now = {name: app.session_state[name] for name in DIAL.usual}
    app.session_state["format-dial"] = {"value": {**now, **values, "version": version}}
    return app.run()


def test_the_dial_starts_at_float16_with_the_pairs_own_numbers(
    pair: ModelPair, test_set: TestSet, train_set: TestSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And its headline follows from one row of the map, measured anew here, by the stated rule.

    On 1,500 test images, among them the one whose answer float16 changes.
    """
    images, labels = (array[:1_500] for array in test_set)
    some = tmp_path / "some.npz"
    np.savez(some, x_train=train_set[0][:100], y_train=train_set[1][:100], x_test=images, y_test=labels)
    monkeypatch.setenv("HALFBITS_MNIST", str(some))
    comparison = compare(pair, images, labels)
    assert comparison.changed_predictions == 1
    app = visit("limits")
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["Bits of a weight"] == "16"
    assert shown["File, if packed"] == f"{(BUNDLED / TARGET_FILE).stat().st_size:,} B"
    assert shown["Accuracy"] == percent_text(comparison.target.accuracy.value)
    assert shown["Changed answers"] == str(comparison.changed_predictions)
    assert shown["Largest logit change"] == small_text(comparison.max_abs_logit_delta)
    sweep = next(chart for chart in charts(app) if chart["layout"]["xaxis"]["title"]["text"] == "mantissa bits")
    assert sweep["data"][0]["x"] == list(range(23, -1, -1))
    assert "168 formats measured, each on 1,500 images." in words(app)
    losses = {}
    for bits in (23, 2, 1, 0):
        weights = pair.reference.graph.weights()
        rounded = {
            key: FloatFormat(5, bits).rounded(tensor.values.astype(np.float32)) for key, tensor in weights.items()
        }
        model = Classifier(replace_weights(pair.reference, rounded, "rounded"))
        losses[bits] = image_logits(model, images).argmax(1)
    accuracy = {bits: (answers == comparison.labels).mean() for bits, answers in losses.items()}
    reference = (comparison.reference.predictions == comparison.labels).mean()
    assert min(accuracy.values()) - reference > -0.01
    assert accuracy[0] != accuracy[1], "so that no other format has its number"
    assert "**With 5 exponent bits, not one mantissa bit is needed:**" in words(app)
    assert f"({points_text(accuracy[0] - reference)})" in words(app)


@pytest.mark.usefixtures("few")
def test_the_map_holds_every_format_with_its_own_numbers() -> None:
    drawn = dial(visit("limits"))
    cells = {cell["place"]: cell for cell in drawn["cells"]}
    assert len(cells) == 168
    assert cells["5,10"]["bits"] == "16 bits (float16)"
    assert cells["4,3"]["fields"] == "1 sign + 4 exponent + 3 mantissa"
    assert cells["2,0"]["breaks"]
    assert not cells["8,23"]["breaks"]
    assert cells["8,23"]["changed"] == "0 images"


@pytest.mark.usefixtures("few")
def test_without_a_sign_the_model_breaks() -> None:
    app = visit("limits")
    sent_by_browser(app, signed=False)
    assert "even 23 mantissa bits are not enough" in words(app)
    assert dial(app)["cellsAreOf"] == [False, True]
    assert {cell["breaks"] for cell in dial(app)["cells"]} == {True}


@pytest.mark.parametrize(
    "sent",
    [None, 7, "x", {}, {"value": None}, {"value": {"exponent": 5}}, {"value": {"exponent": True, "mantissa": 1e9}}],
)
@pytest.mark.usefixtures("few")
def test_what_no_dial_sends_is_ignored(sent: object) -> None:
    app = visit("limits")
    if isinstance(sent, dict) and isinstance(sent.get("value"), dict):
        sent["value"]["version"] = app.session_state["format-dial-version"]
    app.session_state["format-dial"] = sent
    app.run()
    assert not app.exception
    assert app.metric[0].value == "16"


@pytest.mark.usefixtures("few")
def test_values_chosen_before_the_page_set_others_are_ignored() -> None:
    app = visit("limits")
    app.session_state["format-dial"] = {
        "value": {"exponent": 8, "mantissa": 7, "signed": 1, "infinity": 1, "version": "0"}
    }
    app.run()
    assert app.metric[0].value == "16"


@pytest.mark.usefixtures("few")
def test_real_files_are_measured_when_the_fold_is_open() -> None:
    app = visit("limits")
    assert len(charts(app)) == 2
    app.session_state["limits-bytes"] = True
    app.run()
    assert not app.exception
    assert len(charts(app)) == 3
    (table,) = app.dataframe
    assert list(table.value["file"]).count("exists") >= 5


SCALED_IMAGES = 500
"""Images on which both models are measured at each factor."""


def overflow(power: int = 0) -> AppTest:
    app = visit()
    app.session_state["limits-view"] = "Larger and smaller weights"
    app.session_state["images"] = str(SCALED_IMAGES)
    app.session_state["power-of-2"] = power
    app.switch_page(page_file("limits")).run()
    assert not app.exception
    return app


def test_the_overflow_lab_starts_unscaled_and_says_where_float16_hurts(comparison: Comparison) -> None:
    app = overflow()
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["Accuracy, float16"] == percent_text(comparison.target.correct[:SCALED_IMAGES].mean())
    assert shown["Too large"] == "0"
    app = overflow(20)
    assert ":orange[here float16 hurts.]" in words(app)
    assert f"{SCALED_IMAGES} images without an answer" in app.metric[1].delta
    app.segmented_control(key="beyond").set_value("clamped to 65,504").run()
    assert "without an answer" not in app.metric[1].delta
    app.segmented_control(key="factors").set_value("powers of 10").run()
    assert not app.exception
    assert "At factor **10⁶**" in words(app), "2²⁰ is 1,048,576"


def test_factors_are_measured_on_2000_images_unless_asked_otherwise() -> None:
    """Seen on a measurement that was stopped at once."""
    app = visit()
    app.session_state["limits-view"] = "Larger and smaller weights"
    settings = [(0, 2.0**exponent, False, 2_000) for exponent in _POWERS[2]]
    app.session_state["scales-sweep"] = (hash((default_subject(), *settings)), 0, True)
    app.switch_page(page_file("limits")).run()
    assert not app.exception
    assert "of the first 2,000 test images correctly" in words(app)
    (bar,) = [each.proto for each in app.get("progress")]
    assert bar.text == "1 of 57 factors measured, each with both models on 2,000 images, stopped"


def test_every_weight_is_counted_once_at_every_factor() -> None:
    found = [chart for chart in charts(overflow()) if chart["layout"]["yaxis"]["title"]["text"] == "weights (%)"]
    assert len(found) == 2
    for chart in found:
        totals = np.sum([bar["y"] for bar in chart["data"]], axis=0)
        assert totals == pytest.approx(np.full(57, 100))


def test_the_guarantee_shows_what_is_proven(pair: ModelPair, test_set: TestSet, comparison: Comparison) -> None:
    app = visit("answers")
    proven = guarantee(pair, rounding_errors(pair), test_set[0], comparison.reference).proven
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["Proven unchangeable"] == f"{proven.sum():,}"
    assert shown["Observed unchanged"] == f"{(~comparison.changed).sum():,}"
    assert "Its answer is not proven" in words(app)
    app.number_input(key="point").set_value(0).run()
    assert "Its answer is proven." in words(app)


@pytest.mark.parametrize(
    ("page", "view"), [("limits", "Larger and smaller weights"), ("answers", "What could have happened at most")]
)
def test_a_network_that_cannot_be_followed_is_a_sentence(
    page: str, view: str, pair: ModelPair, small_dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Path(shutil.copytree(BUNDLED, tmp_path / "quadratic"))
    run = json.loads((other / RUN_FILE).read_text())
    for name, model in ((REFERENCE_FILE, pair.reference), (TARGET_FILE, pair.target)):
        changed = edited(model, with_quadratic_pooling).contents
        (other / name).write_bytes(changed)
        run["files"][name] = file_record(changed)
    (other / RUN_FILE).write_text(json.dumps(run))
    monkeypatch.setenv("HALFBITS_MNIST", str(small_dataset))
    monkeypatch.setenv("HALFBITS_PAIR", str(other))
    app = visit(page)
    assert not app.error, "the first view needs no such network"
    app.segmented_control(key=f"{page}-view").set_value(view).run()
    assert not app.exception
    assert "has the operator L2_POOL_2D" in errors(app)[0]


def test_a_sweep_stopped_at_once_still_has_a_first_result() -> None:
    app = visit("answers")
    forms = tuple(FloatFormat(5, bits) for bits in range(12, -1, -1))
    app.session_state["prove-sweep"] = (hash((default_subject(), *forms)), 0, True)
    app.session_state["prove"] = True
    app.run()
    assert not app.exception
    proof = next(chart for chart in charts(app) if chart["layout"]["yaxis"]["title"]["text"] == "images (%)")
    assert proof["data"][0]["x"] == [12]
    assert [button.label for button in app.button] == ["Continue"]


def test_the_answer_says_what_happened_and_what_could_not(comparison: Comparison) -> None:
    app = visit("answers")
    text = words(app)
    assert f"float16 changed **{comparison.changed_predictions} of 10,000** answers" in text
    shown = {metric.label: metric.value for metric in app.metric}
    proven = int(shown["Proven unchangeable"].replace(",", ""))
    assert f"On **{percent_text(proven / 10_000)}** of the images it cannot change the answer" in text
    assert shown["Accuracy, float16"] == percent_text(comparison.target.accuracy.value)
    assert shown["McNemar p-value"] == f"{comparison.mcnemar_p:.3g}"
    scatter = next(chart for chart in charts(app) if "margin" in chart["layout"]["xaxis"]["title"]["text"])
    assert scatter["layout"]["yaxis"]["title"]["text"] == "largest logit change"
    app.segmented_control(key="answers-view").set_value("What could have happened at most").run()
    scatter = next(chart for chart in charts(app) if "margin" in chart["layout"]["xaxis"]["title"]["text"])
    assert scatter["layout"]["yaxis"]["title"]["text"].startswith("largest possible reduction")


@pytest.mark.usefixtures("few")
def test_folds_of_the_answers_hold_what_they_say() -> None:
    app = visit("answers")
    folded = len(charts(app))
    for fold, more in (("answers-digits", 2), ("answers-closest", 1), ("prove", 1)):
        app.session_state[fold] = True
        app.run()
        assert not app.exception, fold
        assert len(charts(app)) == folded + more, fold
        folded += more
    assert "The 6 images whose answer" in words(app)


@pytest.mark.parametrize(
    ("matrix", "asked"), [("confusion-float16", {}), ("confusion-delta", {"show": "models differ"})]
)
def test_a_cell_of_a_confusion_matrix_opens_digits_with_its_filter(matrix: str, asked: dict[str, str]) -> None:
    app = visit("answers")
    app.session_state["answers-cell"] = 49, matrix == "confusion-delta"
    app.run()
    assert not app.exception
    assert app.title[0].value == "What do both models see?"
    assert {key: app.query_params[key] for key in ("true", "predicted")} == {"true": "4", "predicted": "9"}
    assert {key: app.query_params[key] for key in asked} == asked
