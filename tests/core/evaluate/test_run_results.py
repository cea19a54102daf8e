"""Runs side by side: what their records say, what differs, and the charts of it."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fp16core.evaluate.comparison import Comparison
from fp16core.evaluate.run_results import (
    RunResult,
    bundled_logit_delta,
    bundled_result,
    fewest_changed,
    run_result,
    same_images,
)
from fp16core.evaluate.run_tables import differing_settings, result_rows, shared_settings
from fp16core.figures.base.table import figure_csv
from fp16core.figures.training import runs as figures
from fp16core.runs.pair import BUNDLED
from fp16core.runs.store import RunStore
from fp16core.training.recipe import Recipe
from fp16core.training.recipe_text import recipe_text
from tests.helpers.files.stores import add_full_run, add_run


def result(folder: Path, id: str, created: str = "2026-11-20T10:00:00+00:00", **changes: Any) -> RunResult:
    add_full_run(folder, id, created, **changes)
    return run_result(RunStore(folder).run(id))


def test_the_bundled_runs_result_is_what_its_record_says() -> None:
    found, record = bundled_result(), json.loads((BUNDLED / "run.json").read_text())
    assert found.name == "Bundled pair"
    assert found.recipe == Recipe()
    assert found.reference.value == record["reference_accuracy"]
    assert (found.target.successes, found.target.total) == (round(1e4 * record["target_accuracy"]), 10_000)
    assert found.changed.successes == record["changed_predictions"]
    assert found.accuracy_delta == pytest.approx(record["accuracy_delta"])
    assert (found.reference_bytes, found.target_bytes) == (85_376, 45_244)
    assert (found.max_abs_logit_delta, found.seconds, found.images_name) == (None, None, "MNIST")
    assert found.delta_low < found.accuracy_delta < found.delta_high


def test_the_bundled_pairs_logit_change_is_measured(comparison: Comparison) -> None:
    measured = bundled_logit_delta()
    assert measured == np.abs(comparison.target.logits - comparison.reference.logits).max()
    assert bundled_result(measured) == replace(bundled_result(), max_abs_logit_delta=measured)


def test_a_full_record_tells_the_time_and_the_largest_logit_change(tmp_path: Path) -> None:
    found = result(tmp_path, "a", seconds={"loading": 2.5, "training": 9, "ending": 1.0}, max_abs_logit_delta=0.0025)
    assert (found.seconds, found.max_abs_logit_delta) == (12.5, 0.0025)


@pytest.mark.parametrize("odd", [None, "soon", [], float("nan"), {"training": None}, {"training": "long"}])
def test_what_a_record_does_not_tell_rightly_is_not_recorded(tmp_path: Path, odd: Any) -> None:
    found = result(tmp_path, "a", seconds=odd, max_abs_logit_delta=odd)
    assert (found.seconds, found.max_abs_logit_delta) == (None, None)
    rows = {row.what: row.values for row in result_rows([found])}
    assert rows["took"] == rows["largest logit change"] == ("not recorded",)


def test_a_record_with_fewer_changed_answers_than_its_accuracies_need_breaks_nothing(tmp_path: Path) -> None:
    found = result(tmp_path, "a", reference_accuracy=1.0, target_accuracy=0.0, changed_predictions=0)
    assert -1 <= found.delta_low < -0.99


def test_runs_with_the_smallest_share_of_changed_answers_are_found(tmp_path: Path) -> None:
    """As shares: 1 of 1,000 is more than 5 of 10,000."""
    many = result(tmp_path, "many", changed_predictions=5)
    small = result(tmp_path, "small", changed_predictions=1, test_images=1000)
    equal = result(tmp_path, "equal", changed_predictions=5)
    assert fewest_changed([small, many, equal]) == (many, equal)
    assert fewest_changed([]) == ()


def test_only_what_differs_between_recipes_is_in_the_table(tmp_path: Path) -> None:
    first = result(tmp_path, "a", recipe={"epochs": 3, "seed": 0, "batch_size": 32})
    second = result(tmp_path, "b", recipe={"epochs": 1, "seed": 0, "batch_size": 64})
    rows = {row.what: row.values for row in differing_settings([first, second, bundled_result()])}
    assert rows == {"epochs": ("3", "1", "1"), "batch size": ("32", "64", "32")}
    assert "seed 0" in shared_settings([first, second])
    assert "batch" not in shared_settings([first, second])
    assert differing_settings([first, first]) == ()
    assert shared_settings([first, first]).startswith("3 epochs, seed 0, batch size 32")


def test_runs_on_other_test_images_are_told_apart(tmp_path: Path) -> None:
    other = result(tmp_path, "a", dataset={"name": "fashion.npz", "test_sha256": "ab" * 32})
    nameless = result(tmp_path, "b", dataset={"test_sha256": "cd" * 32})
    assert same_images([bundled_result(), bundled_result()])
    assert not same_images([bundled_result(), other])
    rows = differing_settings([bundled_result(), other, nameless])
    assert rows[-1].what == "test images"
    assert rows[-1].values == ("MNIST", "fashion.npz", "cdcdcdcdcdcd")


def test_a_recipe_in_short_names_epochs_and_seed_and_what_is_not_the_tutorials() -> None:
    assert recipe_text(Recipe()) == "1 epoch, seed 0"
    assert recipe_text(Recipe(epochs=3, seed=7, batch_size=64)) == "3 epochs, seed 7, batch size 64"


def test_the_outcomes_are_the_records(tmp_path: Path) -> None:
    found = result(tmp_path, "a", "2026-11-20T11:30:00+02:00", reference_accuracy=0.5, target_accuracy=0.4999)
    rows = {row.what: row.values for row in result_rows([found, bundled_result()])}
    assert rows["float16 − float32"] == ("−0.01 points", "−0.01 points")
    assert rows["float32 accuracy"] == ("50.00 %", "96.11 %")
    assert rows["changed answers"] == ("1 of 10,000", "1 of 10,000")
    assert rows["ended (UTC)"][0] == "2026-11-20 09:30"


def test_the_charts_hold_every_run_with_its_intervals(tmp_path: Path) -> None:
    results = [result(tmp_path, "a", target_accuracy=0.97), bundled_result()]
    drawn = figures.accuracies(results)
    table = list(csv.reader(io.StringIO(figure_csv(drawn))))
    assert table[0] == ["series", "accuracy (%)", "run", "run", "95 % low", "95 % high"]
    assert [row[3] for row in table[1:]] == ["a", "Bundled pair"] * 2
    assert [float(row[1]) for row in table[1:]] == pytest.approx([96.11, 96.11, 97, 96.1])
    target = results[1].target
    assert [float(cell) for cell in table[4][4:]] == pytest.approx([100 * target.low, 100 * target.high])
    deltas = figures.accuracy_deltas(results)
    table = list(csv.reader(io.StringIO(figure_csv(deltas))))
    assert [float(cell) for cell in table[2][1:2] + table[2][4:]] == pytest.approx(
        [-0.01, 100 * results[1].delta_low, 100 * results[1].delta_high]
    )
    low, high = deltas.layout.xaxis.range
    assert all(low < 100 * r.delta_low <= 100 * r.delta_high < high for r in results)


def test_names_are_no_markup_and_long_ones_are_told_apart(tmp_path: Path) -> None:
    """Plotly would make links and bold letters of them; two long ones must not become one row."""
    names = ["<b>bold</b> & <a href='javascript:1'>x</a>", "a" * 50 + "1", "a" * 50 + "2"]
    results = [result(tmp_path, f"run{n}", name=name) for n, name in enumerate(names)]
    for drawn in (figures.accuracies(results), figures.accuracy_deltas(results)):
        assert len(drawn.layout.yaxis.tickvals) == 3
        shown = [*drawn.layout.yaxis.ticktext, *drawn.data[0].text]
        assert not any("<b>" in text or "<a" in text for text in shown)
        assert drawn.layout.yaxis.ticktext[0].startswith("&lt;b&gt;bold&lt;/b&gt; &amp;")
        assert [row[0] for row in drawn.data[0].customdata] == names


def test_format_1_and_2_can_be_compared(tmp_path: Path) -> None:
    add_run(tmp_path, "old")
    old, new = run_result(RunStore(tmp_path).run("old")), result(tmp_path, "new", seconds=5.0)
    assert {row.what: row.values for row in result_rows([old, new])}["took"] == ("not recorded", "5 s")
