"""Traces of training runs: messages survive JSON, and a long run's trace stays small."""

import json
import math
from typing import Any

import numpy as np
import pytest

from fp16core.training.trace import MAX_BINS, MAX_STEPS, EpochResult, Snapshot, Trace, TrainingStep, weight_histogram
from fp16core.vocabulary import TraceError

KEYS = ("conv_2d.kernel", "fully_connected.weights")


def through_json(message: dict[str, Any]) -> dict[str, Any]:
    """A message after a round trip through strict JSON, which has no NaN."""
    arrived: dict[str, Any] = json.loads(json.dumps(message, allow_nan=False))
    return arrived


def snapshot(epochs_done: float, kernels: np.ndarray) -> Snapshot:
    dense = np.linspace(-1, 1, 999)
    return Snapshot(epochs_done, kernels, {key: weight_histogram(dense, 0.125) for key in KEYS})


def test_steps_and_epochs_arrive_unchanged() -> None:
    step = TrainingStep(1.4, 0.125, 0.9)
    epoch = EpochResult(1, 0.3, 0.91, 0.14, 0.9611, 0.961, 1, 4.25)
    trace = Trace().with_message(through_json(step.message())).with_message(through_json(epoch.message()))
    assert trace.steps == (step,)
    assert trace.epochs == (epoch,)
    assert (trace.first, trace.last) == (None, None)


def test_nan_survives_json() -> None:
    diverged = TrainingStep(0.2, math.nan, 0.1), TrainingStep(0.4, math.inf, 0.1)
    trace = Trace()
    for step in diverged:
        trace = trace.with_message(through_json(step.message()))
    assert [math.isnan(step.loss) for step in trace.steps] == [True, True]
    kernels = np.full((2, 3, 3), np.nan, np.float32)
    kernels[0, 0] = [np.inf, -0.0, 1e-42]
    seen = trace.with_message(through_json(snapshot(0.4, kernels).message())).last
    assert seen is not None
    assert seen.kernels.tobytes() == kernels.tobytes()
    assert seen.kernels.dtype == np.float32


def test_the_first_snapshot_stays_and_the_last_is_the_latest() -> None:
    trace = Trace()
    for number in range(3):
        trace = trace.with_message(through_json(snapshot(number, np.full((12, 3, 3), number, np.float32)).message()))
    assert trace.first is not None
    assert trace.last is not None
    assert (trace.first.epochs_done, trace.last.epochs_done) == (0, 2)
    assert np.array_equal(trace.last.kernels, np.full((12, 3, 3), 2, np.float32))
    for key in KEYS:
        assert trace.last.histograms[key].counts.sum() == 999
        assert np.array_equal(trace.last.histograms[key].edges, np.arange(-8, 10) / 8)


def test_a_trace_is_immutable_and_ignores_other_messages() -> None:
    before = Trace().with_message(TrainingStep(0.5, 1.0, 0.5).message())
    after = before.with_message(TrainingStep(1.0, 0.5, 0.7).message())
    assert len(before.steps) == 1
    assert len(after.steps) == 2
    assert after.with_message({"queued": 3}) is after


@pytest.mark.parametrize(
    "message",
    [{"step": {}}, {"step": None}, {"step": {"epochs_done": 1, "loss": "low", "accuracy": 1}}, {"snapshot": {}},
     {"snapshot": {"epochs_done": 1, "kernels_shape": [2], "kernels": "", "histograms": {}}}],
)  # fmt: skip
def test_malformed_messages_are_named(message: dict[str, Any]) -> None:
    with pytest.raises(TraceError, match="a message of the training run cannot be read"):
        Trace().with_message(message)


def test_the_trace_of_a_thousand_epochs_is_small_and_evenly_spaced() -> None:
    trace = Trace()
    for number in range(1, 15_001):
        trace = trace.with_message({"step": {"epochs_done": number / 15, "loss": 1 / number, "accuracy": 0.5}})
        assert len(trace.steps) <= MAX_STEPS
    times = np.array([step.epochs_done for step in trace.steps])
    assert times[0] == pytest.approx(1 / 15)
    assert times[-1] == 1000
    assert len(times) > MAX_STEPS / 3
    assert (np.diff(times) > 0).all()
    assert np.diff(times).max() < 1000 / 50


def test_histograms_count_every_finite_weight_in_its_bin() -> None:
    weights = np.random.default_rng(0).normal(size=5000).astype(np.float32)
    found = weight_histogram(weights, 0.125)
    expected, _ = np.histogram(weights.astype(np.float64), found.edges)
    assert np.array_equal(found.counts, expected)
    assert found.counts.sum() == 5000
    assert found.width == 0.125
    weights[:3] = np.nan, np.inf, -np.inf
    assert weight_histogram(weights, 0.125).counts.sum() == 4997
    empty = weight_histogram(np.full(7, np.nan), 0.125)
    assert empty.counts.tolist() == [0]
    assert len(empty.edges) == 2


def test_spreading_weights_get_wider_bins_rather_than_more() -> None:
    weights = np.array([-3e30, 0.0, 1e30], np.float32)
    found = weight_histogram(weights, 0.0625)
    assert len(found.counts) <= MAX_BINS
    assert found.counts.sum() == 3
    assert found.edges[0] <= -3e30
    assert found.edges[-1] > 1e30
    assert 0 in found.edges
