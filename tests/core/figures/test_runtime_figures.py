"""Figures of the modes of execution hold what was measured."""

import csv
import io

import pytest

from fp16core.evaluate.comparison import Comparison
from fp16core.figures.base.table import figure_csv
from fp16core.figures.modes import accuracy as figures
from fp16core.figures.modes import latency as latency_figures
from fp16core.modes.runs import ModeTable
from fp16core.runtime.execution_mode import ExecutionMode
from tests.helpers.mode_results import timed_modes, two_modes


@pytest.fixture(scope="module")
def table(comparison: Comparison) -> ModeTable:
    return two_modes(comparison)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_logit_changes_leave_out_what_is_zero(table: ModeTable, comparison: Comparison) -> None:
    traces = {trace.name: trace for trace in figures.logit_changes(table).data}
    assert len(traces["float32 file, largest"].x) == 1  # the float32 file in float32 is the baseline itself
    assert traces["float16 file, largest"].x[0] == comparison.max_abs_logit_delta
    assert "CPU, float32 arithmetic, float16 file" in traces["float16 file, largest"].text[0]


def test_the_signal_is_shown_where_there_is_noise(table: ModeTable) -> None:
    """Four ones and an error of 1/8 in one of them: 10 log10(4 / (1/64)) = 24.08 dB."""
    for trace in figures.snr_by_operator(table).data:
        assert list(trace.x) == ["1. Convolution"]
        assert trace.y[0] == pytest.approx(24.0824, abs=1e-4)


def test_figures_of_no_run_are_empty(comparison: Comparison) -> None:
    nothing = ModeTable(comparison.reference, {ExecutionMode.GPU_FLOAT16: "no GPU"})
    assert not any(len(trace.x) for trace in figures.logit_changes(nothing).data)
    assert nothing.largest_change is None
    assert nothing.most_changed is None
    assert nothing.lowest_accuracy is None


def test_ratios_are_drawn_with_their_intervals_and_downloaded_with_them() -> None:
    found = timed_modes()
    files = [x.latencies[0].files for x in found]
    drawn = latency_figures.latency_ratios(found)
    assert list(drawn.data[0].x) == [r.value for r in files]
    table = rows(figure_csv(drawn))
    assert [float(row["99 % low"]) for row in table[:2]] == [r.low for r in files]
    arithmetic = found[1].latencies[0].arithmetic
    assert arithmetic is not None
    assert list(latency_figures.arithmetic_ratios(found).data[0].x) == [arithmetic.value]
    times = latency_figures.latency_times(found)
    assert times.data[0].x[0] == found[0].latencies[0].timing("reference").median_us
