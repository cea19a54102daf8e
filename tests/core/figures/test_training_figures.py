"""Figures of a run in progress hold its trace, and their axes stay still."""

import csv
import io
import itertools
import math
from typing import Any

import numpy as np
import pytest

from fp16core.figures.base import style
from fp16core.figures.base.table import figure_csv
from fp16core.figures.training import curves
from fp16core.figures.training import weights as training_weights
from fp16core.training.trace import EpochResult, Snapshot, Trace, TrainingStep, WeightHistogram, weight_histogram

KEYS = ("conv_2d.kernel", "fully_connected.weights")


def told(epochs: int = 3, steps: int = 15) -> Trace:
    """A run whose float16 file is as accurate as its float32 file after the first epoch, and then a little less."""
    return Trace(
        steps=tuple(TrainingStep((n + 1) / steps, 2.3 / (1 + n), 1 - 0.5 / (1 + n)) for n in range(epochs * steps)),
        epochs=tuple(
            EpochResult(
                n, 0.3 / n, 0.91, 0.2 / n, min(0.95 + 0.01 * n, 0.99), max(0.96, min(0.94 + 0.01 * n, 0.98)), n - 1, 4.0
            )
            for n in range(1, epochs + 1)
        ),
    )


def snapshot(epochs_done: float, weights: Any, width: float = 0.25) -> Snapshot:
    array = np.asarray(weights, np.float32)
    return Snapshot(epochs_done, array, {key: weight_histogram(array, width) for key in KEYS})


def rows(drawn: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(figure_csv(drawn))))


def test_the_curves_hold_what_the_run_has_told() -> None:
    trace = told()
    running, reference = curves.loss(trace, 3).data
    assert running.x.tolist() == [step.epochs_done for step in trace.steps]
    assert running.y.tolist() == [step.loss for step in trace.steps]
    assert (reference.x.tolist(), reference.y.tolist()) == ([1, 2, 3], pytest.approx([0.2, 0.1, 0.2 / 3]))
    running, reference, target = curves.accuracy(trace, 3).data
    assert running.y.tolist() == pytest.approx([100 * step.accuracy for step in trace.steps])
    assert reference.y.tolist() == pytest.approx([96, 97, 98])
    assert target.y.tolist() == pytest.approx([96, 96, 97])
    assert reference.line.color == style.REFERENCE_COLOUR
    assert target.line.color == style.TARGET_COLOUR


def test_where_both_files_are_equally_accurate_both_marks_can_be_seen() -> None:
    """The upper one is smaller than the hole in the lower one, and its line is narrower and broken."""
    _, reference, target = curves.accuracy(told(), 3).data
    assert reference.marker.symbol == "circle-open"
    assert reference.marker.size - 2 * reference.marker.line.width > target.marker.size
    assert reference.line.width > target.line.width
    assert target.line.dash == "dot"


def test_axes_span_the_whole_run_and_grow_by_steps_only() -> None:
    """Over 60 drawings of a run, the axes of losses and accuracies change at most three times, and never shrink."""
    whole = told(4)
    seen: dict[str, list[tuple[float, ...]]] = {"loss": [], "accuracy": []}
    for shown in range(1, len(whole.steps) + 1):
        trace = Trace(whole.steps[:shown], whole.epochs[: shown // 15])
        for name, draw in (("loss", curves.loss), ("accuracy", curves.accuracy)):
            drawn = draw(trace, 4)
            assert tuple(drawn.layout.xaxis.range) == (0, 1.03 * 4)
            seen[name].append(tuple(drawn.layout.yaxis.range))
            assert drawn.layout.uirevision
    for ranges in seen.values():
        assert len({*ranges}) <= 4
        for (low, high), (next_low, next_high) in itertools.pairwise(ranges):
            assert next_low <= low
            assert next_high >= high


@pytest.mark.parametrize("epochs", [1, 2, 3, 1000])
def test_every_result_lies_within_the_axes(epochs: int) -> None:
    trace = told(epochs, 15 if epochs < 10 else 1)
    low, high = curves.accuracy(trace, epochs).layout.yaxis.range
    assert all(low <= 100 * min(r.reference_accuracy, r.target_accuracy) <= high for r in trace.epochs)
    low, high = (10**end for end in curves.loss(trace, epochs).layout.yaxis.range)
    assert all(
        0.999 * low <= loss <= 1.001 * high
        for loss in [*(s.loss for s in trace.steps), *(r.reference_loss for r in trace.epochs)]
    )


def test_a_model_that_learns_nothing_lies_within_the_axes() -> None:
    trace = Trace(
        (TrainingStep(0.5, 2.5, 0.08), TrainingStep(1.0, 40.0, 0.11)),
        (EpochResult(1, 40.0, 0.1, 45.0, 0.1, 0.1, 0, 4.0),),
    )
    assert curves.accuracy(trace, 1).layout.yaxis.range[0] == 0
    assert 10 ** curves.loss(trace, 1).layout.yaxis.range[1] >= 45


def test_a_loss_that_is_no_number_leaves_a_gap_and_a_word() -> None:
    trace = Trace(
        (TrainingStep(0.1, 2.0, 0.3), TrainingStep(0.2, math.nan, 0.1)),
        (EpochResult(1, math.nan, 0.1, math.nan, 0.1, 0.1, 0, 4.0),),
    )
    drawn = curves.loss(trace, 1)
    assert np.isnan(drawn.data[0].y).tolist() == [False, True]
    assert "diverged" in drawn.layout.annotations[0].text
    assert math.isfinite(sum(drawn.layout.yaxis.range))
    assert not curves.loss(told(), 3).layout.annotations


def test_before_the_first_message_there_are_words() -> None:
    empty = Trace()
    for drawn in (
        curves.loss(empty, 1),
        curves.accuracy(empty, 1),
        training_weights.kernels(empty),
        training_weights.weight_histogram(empty, KEYS[0]),
    ):
        assert "when training begins" in drawn.layout.annotations[0].text
        assert figure_csv(drawn)


@pytest.mark.parametrize(("count", "side"), [(1, 1), (1, 9), (2, 3), (12, 3), (13, 5), (64, 9)])
def test_every_kernel_is_a_tile_that_overlaps_no_other(count: int, side: int) -> None:
    """Each weight is shown once, under its filter, row and column, within its frame."""
    weights = np.random.default_rng(0).normal(size=(count, side, side)).astype(np.float32)
    drawn = training_weights.kernels(Trace(first=snapshot(0, 0 * weights), last=snapshot(1, weights)))
    tiles, frames = drawn.data
    shown = {}
    for (y, x), value in np.ndenumerate(tiles.z):
        number, row, column = tiles.customdata[y, x].tolist()
        assert (number == 0) == np.isnan(value)
        if number:
            shown[number - 1, row - 1, column - 1] = value
            corners = slice(6 * (number - 1), 6 * number - 1)
            assert frames.x[corners].min() < x < frames.x[corners].max()
            assert frames.y[corners].min() < y < frames.y[corners].max()
    assert shown == dict(np.ndenumerate(weights))
    (low_x, high_x), (low_y, high_y) = drawn.layout.xaxis.range, drawn.layout.yaxis.range
    assert low_x < np.nanmin(frames.x) <= np.nanmax(frames.x) < high_x
    assert high_y < np.nanmin(frames.y) <= np.nanmax(frames.y) < low_y


def test_kernels_share_a_scale_around_zero_that_grows_by_steps() -> None:
    first = snapshot(0, np.full((12, 3, 3), -0.19))
    limits = []
    for size in np.linspace(0.05, 0.6, 40):
        weights = np.zeros((12, 3, 3), np.float32)
        weights[3, 1, 2] = size
        tiles = training_weights.kernels(Trace(first=first, last=snapshot(1, weights))).data[0]
        assert tiles.zmin == -tiles.zmax
        assert tiles.zmax >= max(size, 0.19)
        limits.append(tiles.zmax)
    assert sorted({*limits}) == [0.2, 0.3, 0.5, 0.7]
    assert limits == sorted(limits)


def test_kernels_that_are_no_numbers_are_left_out() -> None:
    weights = np.zeros((2, 3, 3), np.float32)
    weights[0, 0] = [np.nan, np.inf, 0.5]
    tiles = training_weights.kernels(Trace(first=snapshot(0, weights), last=snapshot(1, weights))).data[0]
    assert np.isnan(tiles.z[0, :3]).tolist() == [True, True, False]
    assert tiles.zmax == 0.5


def test_the_histogram_shows_now_as_bars_and_then_as_an_outline() -> None:
    trace = Trace(first=snapshot(0, [[[-0.3, 0.1, 0.1]]]), last=snapshot(1.5, [[[-0.3, 0.6, 0.9]]]))
    bars, outline = training_weights.weight_histogram(trace, KEYS[0]).data
    assert bars.name == "now, after 1.50 epochs"
    assert dict(zip(bars.x.tolist(), bars.y.tolist(), strict=True)) == {
        -0.375: 1,
        -0.125: 0,
        0.125: 0,
        0.375: 0,
        0.625: 1,
        0.875: 1,
    }
    assert outline.x.tolist() == [-0.5, -0.5, -0.25, 0, 0.25]
    assert outline.y.tolist() == [0, 1, 0, 2, 0]
    (low, high), (bottom, top) = (
        axis.range
        for axis in (lambda f: (f.layout.xaxis, f.layout.yaxis))(training_weights.weight_histogram(trace, KEYS[0]))
    )
    assert (low, high, bottom) == (-0.5, 1, 0)
    assert top >= 2


def test_bins_of_different_widths_are_brought_to_one() -> None:
    """Bins widen as weights spread; counts in narrow and in wide bins cannot be compared."""
    values = np.random.default_rng(1).normal(0, 0.2, 5000)
    fine = weight_histogram(values, 0.01)
    coarse = WeightHistogram(np.arange(-10, 11, dtype=np.float64) * 0.32, np.arange(20))
    first = Snapshot(0, np.zeros((1, 1, 1), np.float32), {"w": fine})
    last = Snapshot(1, np.zeros((1, 1, 1), np.float32), {"w": coarse})
    bars, outline = training_weights.weight_histogram(Trace(first=first, last=last), "w").data
    assert bars.y.tolist() == list(range(20))
    edges, counts = outline.x[1:], outline.y[1:-1]
    assert np.allclose(np.diff(edges), 0.32)
    assert np.array_equal(counts, np.histogram(values, edges)[0])
    assert counts.sum() == 5000


def test_weights_on_one_side_of_zero_and_none_at_all_can_be_drawn() -> None:
    for weights in ([[[0.3, 0.4]]], [[[-0.3, -0.4]]], [[[0.0]]], [[[np.nan]]]):
        trace = Trace(first=snapshot(0, weights), last=snapshot(0, weights))
        low, high = training_weights.weight_histogram(trace, KEYS[1]).layout.xaxis.range
        assert low <= min(0, np.nan_to_num(np.min(weights)))
        assert high > low


def test_every_chart_can_be_had_as_a_table() -> None:
    weights = np.arange(108, dtype=np.float32).reshape(12, 3, 3)
    trace = Trace(told().steps, told().epochs, snapshot(0, weights), snapshot(3, weights))
    table = rows(curves.accuracy(trace, 3))
    assert table[0][3:] == ["float32 (%)", "float16 (%)", "changed answers"]
    assert [float(cell) for cell in table[-1][1:]] == pytest.approx([3, 97, 98, 97, 2])
    assert len(table) == 1 + 45 + 3 + 3
    assert len(rows(curves.loss(trace, 3))) == 1 + 45 + 3
    table = rows(training_weights.kernels(trace))
    assert table[0] == ["series", "filter", "row", "column", "weight"]
    assert sorted(float(row[4]) for row in table[1:]) == list(range(108))
    assert table[-1] == ["kernels", "12", "3", "3", "107.0"]
    table = rows(training_weights.weight_histogram(trace, KEYS[0]))
    assert sum(float(row[2]) for row in table[1:] if row[0].startswith("now")) == 108


@pytest.mark.parametrize("value", [1e-9, 0.0999999, 0.1, 0.15, 0.151, 1, 1.4, 6.9, 7.00001, 10, 999.9, 20_280])
def test_steps_are_near_and_on_the_right_side(value: float) -> None:
    assert value <= style.stepped_up(value) <= 1.6 * value * 1.3
    assert value / (1.6 * 1.3) <= style.stepped_down(value) <= value
    assert style.stepped_up(style.stepped_up(value)) == style.stepped_up(value)


def test_the_legend_takes_its_room_before_the_first_result() -> None:
    running = Trace(steps=told().steps[:3])
    for drawn in (curves.loss(running, 3), curves.accuracy(running, 3)):
        assert drawn.layout.showlegend, "one line alone has none by itself"
        assert drawn.data[0].name == "training images"
