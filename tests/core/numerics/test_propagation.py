"""Error propagation, against float64 forward passes; margins and changes of the logits."""

import csv
import io
import math
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fp16core.evaluate.comparison import Comparison
from fp16core.figures import layers, margins
from fp16core.figures.activation_maps import map_sheet
from fp16core.figures.base.table import figure_csv
from fp16core.numerics.propagation import GUARANTEED_SNR_DB, PairRecorder, PropagationRun, weights_error
from fp16core.numerics.propagation_tables import activations_csv, step_table
from fp16core.numerics.weight_rounding import WeightRounding, weight_roundings
from fp16core.tflite.model_file import ModelPair
from tests.helpers.networks.edited import overflowed
from tests.helpers.networks.oracles import forward


def test_the_error_after_each_operator_is_that_of_two_float64_forward_passes(
    pair: ModelPair, recorder: PairRecorder, inputs: npt.NDArray[np.float32]
) -> None:
    found = recorder.record(inputs).propagation()
    assert found.images == 203
    assert found.steps[0].error.is_exact
    exact = list(zip(forward(pair.reference, inputs), forward(pair.target, inputs), strict=True))
    for step, (reference, target) in list(zip(found.steps, exact, strict=True))[1:]:
        error = target - reference
        # Float32 arithmetic itself stays some 50 dB below the error of the weights.
        assert step.error.snr_db == pytest.approx(10 * math.log10((reference**2).sum() / (error**2).sum()), abs=0.05)
        assert step.error.max_abs_error == pytest.approx(np.abs(error).max(), rel=0.01)
        norms = np.linalg.norm(reference) * np.linalg.norm(target)
        assert step.error.cosine_distance == pytest.approx(1 - (reference * target).sum() / norms, rel=1e-3)
    assert found.noisiest is min(found.steps[1:], key=lambda step: step.error.snr_db)


def test_a_run_in_batches_equals_one_over_all_images(recorder: PairRecorder, inputs: npt.NDArray[np.float32]) -> None:
    run = PropagationRun(recorder, inputs)
    run.advance()
    assert (run.done, run.total, run.is_done) == (25, 203, False)
    assert run.propagation().images == 25
    with ThreadPoolExecutor(4) as pool:  # visitors who wait for the same
        list(pool.map(lambda _: run.advance(), range(20)))
    assert run.is_done
    assert run.done == 203
    whole = recorder.record(inputs).propagation()
    for step, expected in zip(run.propagation().steps, whole.steps, strict=True):
        assert step.error.count == expected.error.count
        assert step.error.max_abs_error == expected.error.max_abs_error
        assert step.error.snr_db == pytest.approx(expected.error.snr_db)


def test_the_error_of_the_weights_is_that_of_numpys_cast(pair: ModelPair) -> None:
    weights = [tensor.values.ravel() for tensor in pair.reference.graph.weights().values()]
    whole = np.concatenate(weights).astype(np.float64)
    error = whole.astype(np.float16) - whole
    found = weights_error(weight_roundings(pair).values())
    assert found.count == 20_410
    assert found.snr_db == pytest.approx(10 * math.log10((whole**2).sum() / (error**2).sum()))


@settings(deadline=None)
@given(arrays(np.float32, 20, elements=st.floats(2**-14, 60000, width=32)))
def test_normal_weights_stay_within_the_relative_bound(weights: npt.NDArray[np.float32]) -> None:
    found = weights_error([WeightRounding("test", weights, weights.astype(np.float16))])
    assert found.snr_db >= GUARANTEED_SNR_DB - 1e-9


def test_the_relative_bound_is_eleven_bits() -> None:
    assert abs(GUARANTEED_SNR_DB - 11 * 6.0206) < 1e-3


def test_an_overflowed_model_is_measured_and_drawn_without_a_warning(
    pair: ModelPair, inputs: npt.NDArray[np.float32]
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        broken = overflowed(pair)
        activations = PairRecorder(broken).record(inputs[:4])
        found = activations.propagation()
        assert found.first_not_finite is found.steps[1]
        assert found.noisiest in found.steps[1:]
        assert 0 < found.steps[1].error.not_finite < found.steps[1].error.count
        sheet = map_sheet(*activations.of_first_image(1))
        assert math.isfinite(sheet.high)
        layers.step_errors(found)
        drawn = layers.step_snr(found, weights_error(weight_roundings(broken).values()))
        assert "not finite" in drawn.data[-1].text
        assert "not a number" in step_table(found)["SNR"]
        assert "nan" in activations_csv(activations, 1)


def test_step_figures_show_the_measures(
    pair: ModelPair, recorder: PairRecorder, inputs: npt.NDArray[np.float32]
) -> None:
    found = recorder.record(inputs[:1]).propagation()
    rows = list(csv.DictReader(io.StringIO(figure_csv(layers.step_errors(found)))))
    assert len(rows) == 3 * 5  # the zeros too, which a logarithmic axis cannot show
    (largest,) = (r for r in rows if r["series"] == "largest error" and r["LiteRT's name"] == "FULLY_CONNECTED")
    assert float(largest["size, on a logarithmic axis"]) == found.logits.error.max_abs_error
    (zero,) = (r for r in rows if r["series"] == "largest error" and r["operator, in order of execution"] == "1")
    assert float(zero["size, on a logarithmic axis"]) == 0
    weights = weights_error(weight_roundings(pair).values())
    drawn = layers.step_snr(found, weights)
    assert list(drawn.data[0].y) == [step.error.snr_db for step in found.steps]
    assert drawn.data[-1].text[0] == "no error"
    table = step_table(found)
    assert table["numbers"] == ["784", "8,112", "2,028", "2,028", "10"]
    assert table["operator"][1] == "2. Convolution + ReLU"


def test_the_table_of_activations_contains_every_number(
    recorder: PairRecorder, inputs: npt.NDArray[np.float32]
) -> None:
    activations = recorder.record(inputs[:1])
    rows = list(csv.DictReader(io.StringIO(activations_csv(activations))))
    assert len(rows) == 784 + 8112 + 2 * 2028 + 10
    row = next(r for r in rows if (r["step"], r["row"], r["column"], r["channel"]) == ("2", "9", "14", "3"))
    assert float(row["float32"]) == activations.reference[1][0, 9, 14, 3]
    assert float(row["float16"]) == activations.target[1][0, 9, 14, 3]
    assert float(row["float16 − float32"]) == float(row["float16"]) - float(row["float32"])
    assert (rows[-1]["row"], rows[-1]["channel"]) == ("", "9")
    only = list(csv.DictReader(io.StringIO(activations_csv(activations, 1))))
    assert {r["operator"] for r in only} == {"CONV_2D"}
    assert len(only) == 8112


def test_the_flip_factor_is_the_smallest_ratio_of_margins_and_gains(comparison: Comparison) -> None:
    for index in (0, comparison.closest_image, comparison.most_changed_image):
        margin, gained, lost = margins.by_rival(comparison, index).data
        gaps = dict(zip(margin.x, margin.y, strict=True))
        assert min(gaps.values()) == pytest.approx(comparison.report(index).margin)
        ratios = [gaps[digit] / gain for digit, gain in zip(gained.x, gained.y, strict=True)]
        assert min(ratios, default=math.inf) == pytest.approx(comparison.flip_factors[index])
        assert len(gained.x) + len(lost.x) <= len(margin.x) == 9


def test_distributions_count_every_image_once(comparison: Comparison) -> None:
    for images in (100, comparison.images):
        drawn = margins.changes_and_margins(comparison, images)
        assert [sum(trace.y) for trace in drawn.data] == [images, images]


def test_the_most_changed_image_has_the_largest_change(comparison: Comparison) -> None:
    assert comparison.abs_logit_delta[comparison.most_changed_image] == comparison.max_abs_logit_delta
