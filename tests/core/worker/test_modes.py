"""Modes of execution, run in processes of their own: on the processor, on software GPUs, and on none."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pytest

from fp16core.data.mnist import normalise
from fp16core.evaluate.comparison import Comparison
from fp16core.jobs.queue import JobQueue
from fp16core.modes.emulated import account_for
from fp16core.modes.latency import CONTROL, REFERENCE, TARGET, TWIN, ModeLatency
from fp16core.modes.runs import ModeOutcome, ModeRun, ModeTable
from fp16core.numerics.emulation.network import emulate, is_float16
from fp16core.numerics.emulation.summation import Summation
from fp16core.runtime.classifier import Classifier
from fp16core.runtime.delegation import UpsamplingStage
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.runtime.processor import read_processor
from fp16core.tflite.chain import read_chain
from fp16core.tflite.model_file import ModelPair
from fp16core.worker.modes import latency as latency_run
from fp16core.worker.modes import run as mode_run
from fp16core.worker.modes.survey import Survey
from tests.helpers.children.surveys import GPU, outcomes
from tests.helpers.networks.chains import CHAINS, chain_pair
from tests.helpers.networks.strangers import stranger
from tests.helpers.places import TestSet

pytestmark = pytest.mark.slow

CPU = [mode for mode in ExecutionMode if not mode.on_gpu]
IMAGES = 203
"""No multiple of any batch."""


def run_modes(
    modes: list[ExecutionMode],
    pair: ModelPair,
    test_set: TestSet,
    batch: int = 100,
    images: int = IMAGES,
    in_depth: bool = True,
) -> dict[ExecutionMode, ModeOutcome]:
    x, y = test_set[0][:images], test_set[1][:images]
    specs = mode_run.specs_for(modes, pair, x, batch, in_depth)
    return outcomes(Survey(JobQueue(1, 9), specs, lambda answer, mode: mode_run.mode_run(answer, mode, pair, y)))


@pytest.fixture(scope="module")
def on_cpu(pair: ModelPair, test_set: TestSet) -> Mapping[ExecutionMode, ModeRun]:
    found = run_modes(CPU, pair, test_set)
    assert all(isinstance(outcome, ModeRun) for outcome in found.values()), found
    return {mode: outcome for mode, outcome in found.items() if isinstance(outcome, ModeRun)}


@pytest.fixture
def driver(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The software GPU named by the parameter is the only one there is."""
    found: str = request.getfixturevalue(request.param)
    monkeypatch.setenv("VK_DRIVER_FILES", found)
    return found


FEATURES = {feature.name: feature.is_there for feature in read_processor().features}

needs_f16c = pytest.mark.skipif(
    FEATURES.get("F16C") is False,
    reason="this processor does not convert float16, so XNNPACK computes in float32",
)

CPU_SUMS = Summation.FUSED_FROM_BIAS if FEATURES.get("AVX512-FP16") else Summation.FLOAT32_FUSED
"""Sums of XNNPACK's float16 kernels: with AVX512-FP16, or with AVX2 and F16C alone."""


def test_float32_on_the_cpu_is_what_all_other_pages_show(
    on_cpu: Mapping[ExecutionMode, ModeRun], models: tuple[Classifier, Classifier], inputs: npt.NDArray[np.float32]
) -> None:
    run = on_cpu[ExecutionMode.CPU_FLOAT32]
    assert np.array_equal(run.reference.logits, models[0].logits(inputs))
    assert np.array_equal(run.target.logits, models[1].logits(inputs))
    assert not run.computes_float16
    assert not run.is_silently_float32
    assert run.upsampled is UpsamplingStage.LOADING


def test_reference_kernels_differ_by_rounding_alone(
    on_cpu: Mapping[ExecutionMode, ModeRun], models: tuple[Classifier, Classifier], inputs: npt.NDArray[np.float32]
) -> None:
    logits = on_cpu[ExecutionMode.CPU_REFERENCE].reference.logits
    assert not np.array_equal(logits, models[0].logits(inputs))
    np.testing.assert_allclose(logits, models[0].logits(inputs), atol=5e-5)


@needs_f16c
def test_forced_float16_computes_float16_numbers_and_both_files_agree(on_cpu: Mapping[ExecutionMode, ModeRun]) -> None:
    run = on_cpu[ExecutionMode.CPU_FLOAT16]
    assert is_float16(run.reference.logits)
    assert run.computes_float16
    assert np.array_equal(run.reference.logits, run.target.logits)


def test_errors_arise_operator_by_operator(on_cpu: Mapping[ExecutionMode, ModeRun]) -> None:
    """The convolution, the pooling, the dense layer; the last step's error is that of the logits."""
    usual = on_cpu[ExecutionMode.CPU_FLOAT32]
    assert [step.operator for step in usual.steps] == ["CONV_2D", "MAX_POOL_2D", "FULLY_CONNECTED"]
    assert all(step.reference.is_exact and not step.target.is_exact for step in usual.steps)
    for run in on_cpu.values():
        delta = run.target.logits[: mode_run.STEP_IMAGES] - usual.reference.logits[: mode_run.STEP_IMAGES]
        assert run.steps[-1].target.max_abs_error == pytest.approx(np.abs(delta).max(), rel=1e-6)
        assert run.steps[-1].target.count == delta.size


@needs_f16c
@pytest.mark.skipif(FEATURES.get("AVX2") is not True, reason="the sums of other processors were not measured")
def test_the_emulation_gives_forced_float16_bit_for_bit(pair: ModelPair, test_set: TestSet) -> None:
    """On all test images."""
    found = run_modes([ExecutionMode.CPU_FLOAT16], pair, test_set, images=len(test_set[0]), in_depth=False)
    run = found[ExecutionMode.CPU_FLOAT16]
    assert isinstance(run, ModeRun)
    images = normalise(test_set[0])
    assert np.array_equal(emulate(read_chain(pair.target), images, CPU_SUMS), run.target.logits)
    assert np.array_equal(run.reference.logits, run.target.logits)
    assert account_for(run, pair, images).is_predicted


@needs_f16c
@pytest.mark.skipif(FEATURES.get("AVX2") is not True, reason="the sums of other processors were not measured")
@pytest.mark.parametrize("name", CHAINS)
def test_padding_depthwise_kernels_and_averages_are_emulated_bit_for_bit(name: str, test_set: TestSet) -> None:
    run = run_modes([ExecutionMode.CPU_FLOAT16], chain_pair(name), test_set, in_depth=False)[ExecutionMode.CPU_FLOAT16]
    assert isinstance(run, ModeRun)
    images = normalise(test_set[0][:IMAGES])
    assert np.array_equal(emulate(read_chain(chain_pair(name).target), images, CPU_SUMS), run.target.logits)
    assert account_for(run, chain_pair(name), images).within_bound


@pytest.mark.parametrize("driver", ["mesa"], indirect=True)
@pytest.mark.parametrize(("name", "is_predicted"), [("padded, of odd strides", True), ("pooled", False)])
@pytest.mark.usefixtures("driver")
def test_mesa_pads_as_the_emulation_does_and_averages_within_the_bound(
    name: str, is_predicted: bool, test_set: TestSet
) -> None:
    """LiteRT's averages on a GPU are formed in none of the known ways."""
    images = normalise(test_set[0][:100])
    run = run_modes([ExecutionMode.GPU_FLOAT16], chain_pair(name), test_set, images=100, in_depth=False)[
        ExecutionMode.GPU_FLOAT16
    ]
    assert isinstance(run, ModeRun), run
    found = account_for(run, chain_pair(name), images)
    assert found.is_predicted is is_predicted
    assert found.within_bound


@pytest.mark.parametrize("driver", ["mesa"], indirect=True)
@pytest.mark.parametrize(("batch", "dense"), [(1, Summation.LANES), (10, Summation.LANES), (100, Summation.SEQUENTIAL)])
@pytest.mark.usefixtures("driver")
def test_mesa_computes_in_float16_as_the_emulation_does_bit_for_bit(
    batch: int, dense: Summation, pair: ModelPair, test_set: TestSet, inputs: npt.NDArray[np.float32]
) -> None:
    images = 30 if batch == 1 else IMAGES
    found = run_modes([ExecutionMode.GPU_FLOAT16], pair, test_set, batch, images, in_depth=False)
    run = found[ExecutionMode.GPU_FLOAT16]
    assert isinstance(run, ModeRun), run
    assert run.adapter is not None
    assert "llvmpipe" in run.adapter.name
    assert run.adapter.driver.startswith("llvmpipe Mesa ")
    assert run.adapter.is_software
    assert run.computes_float16
    assert not run.is_silently_float32
    emulated = emulate(read_chain(pair.target), inputs[:images], Summation.SEQUENTIAL, dense)
    assert np.array_equal(run.target.logits, emulated)
    accounted = account_for(run, pair, inputs[:images])
    assert accounted.best.exact_share == 1
    assert accounted.within_bound
    # Half-precision sums of 2,028 products are off by more than the last digit, and by far less than they could be.
    assert 0.001 < accounted.farthest < 0.5


@pytest.mark.parametrize("driver", ["mesa"], indirect=True)
@pytest.mark.usefixtures("driver")
def test_mesa_in_float32_differs_by_rounding_alone_and_float16_sums_lose_most(
    pair: ModelPair, test_set: TestSet, comparison: Comparison
) -> None:
    found = run_modes(GPU, pair, test_set, images=100)
    table = ModeTable(comparison.reference, found)
    exact, half = table.run(ExecutionMode.GPU_FLOAT32), table.run(ExecutionMode.GPU_FLOAT16)
    assert exact is not None
    assert half is not None
    assert exact.against(table.baseline).reference.comparison.max_abs_logit_delta < 5e-5
    assert not exact.computes_float16
    assert 0.01 < half.against(table.baseline).reference.comparison.max_abs_logit_delta < 1
    # The dense layer adds 2,028 products in float16: there the signal is lost, not in the convolution.
    assert half.steps[-1].target.snr_db < half.steps[0].target.snr_db - 6
    assert table.largest_change is not None
    assert table.largest_change.run is half


@pytest.mark.parametrize("driver", ["swiftshader"], indirect=True)
@pytest.mark.usefixtures("driver")
def test_swiftshader_silently_computes_in_float32(pair: ModelPair, test_set: TestSet) -> None:
    found = run_modes(GPU, pair, test_set, images=100, in_depth=False)
    exact, half = found[ExecutionMode.GPU_FLOAT32], found[ExecutionMode.GPU_FLOAT16]
    assert isinstance(exact, ModeRun), exact
    assert isinstance(half, ModeRun), half
    assert half.adapter is not None
    assert "SwiftShader" in half.adapter.name
    assert half.is_silently_float32
    assert not exact.is_silently_float32
    assert np.array_equal(half.target.logits, exact.target.logits)


def test_without_a_driver_the_reason_reads_well(
    pair: ModelPair, test_set: TestSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VK_DRIVER_FILES", "/nowhere.json")
    for reason in run_modes(GPU, pair, test_set, images=10, in_depth=False).values():
        assert reason == (
            "This machine has no GPU with a driver that LiteRT's accelerator can use: it found no adapter. It needs "
            "Vulkan on Linux, Metal on macOS or Direct3D 12 on Windows."
        )


@pytest.mark.parametrize("driver", ["mesa"], indirect=True)
@pytest.mark.usefixtures("driver")
def test_a_gpu_runs_networks_that_are_not_the_tutorials(test_set: TestSet) -> None:
    guest = stranger("two convolutions").pair
    run = run_modes([ExecutionMode.GPU_FLOAT32], guest, test_set, images=50)[ExecutionMode.GPU_FLOAT32]
    assert isinstance(run, ModeRun), run
    expected = Classifier(guest.reference).logits(normalise(test_set[0][:50]))
    np.testing.assert_allclose(run.reference.logits, expected, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("name", ["softmax", "depthwise", "residual", "recurrent", "odd constants"])
def test_other_networks_run_in_each_mode_of_the_processor(name: str, test_set: TestSet) -> None:
    guest = stranger(name).pair
    expected = Classifier(guest.reference).logits(normalise(test_set[0][:20]))
    for run in run_modes(CPU, guest, test_set, batch=10, images=20).values():
        assert isinstance(run, ModeRun), run
        assert run.steps_refused is None
        assert run.steps[-1].target.count == expected.size
        scale = np.abs(expected).max()
        np.testing.assert_allclose(run.reference.logits, expected, atol=0.02 * scale)


def test_files_whose_operators_differ_run_and_are_not_taken_apart(test_set: TestSet) -> None:
    mixed = ModelPair("mixed", stranger("dense only").reference, stranger("softmax").target)
    run = run_modes([ExecutionMode.CPU_FLOAT32], mixed, test_set, images=20)[ExecutionMode.CPU_FLOAT32]
    assert isinstance(run, ModeRun), run
    assert run.steps == ()
    assert "choose a target converted from this reference" in str(run.steps_refused)


def test_a_size_of_batch_that_a_file_fixes_is_kept(test_set: TestSet) -> None:
    guest = stranger("batch of 7").pair
    run = run_modes([ExecutionMode.CPU_FLOAT32], guest, test_set, images=20)[ExecutionMode.CPU_FLOAT32]
    assert isinstance(run, ModeRun), run
    assert run.batch == 7
    assert np.array_equal(run.target.logits, Classifier(guest.target).logits(normalise(test_set[0][:20])))


def test_sizes_of_batch_that_would_take_too_long_are_left_out(pair: ModelPair, test_set: TestSet) -> None:
    effort = latency_run.Effort(most_seconds=0.0, rounds=2, fewest=3, warm_up_calls=1, first_copies=1, copies=1)
    specs = latency_run.specs_for([ExecutionMode.CPU_FLOAT32], pair, test_set[0], (1, 10, 100), effort)
    (found,) = outcomes(Survey(JobQueue(1, 9), specs, latency_run.mode_latency)).values()
    assert isinstance(found, ModeLatency), found
    assert [latency.batch for latency in found.latencies] == [1]
    assert found.latencies[0].loadings == 2
    assert found.memory.copies == 1


def test_times_are_taken_in_turns_with_a_control(pair: ModelPair, test_set: TestSet) -> None:
    modes = [ExecutionMode.CPU_FLOAT32, ExecutionMode.CPU_FLOAT16]
    specs = latency_run.specs_for(modes, pair, test_set[0], (1, 10), latency_run.Effort(seconds=0.1, rounds=5))
    found = outcomes(Survey(JobQueue(1, 9), specs, latency_run.mode_latency))
    for mode in modes:
        timed = found[mode]
        assert isinstance(timed, ModeLatency), timed
        assert [latency.batch for latency in timed.latencies] == [1, 10]
        assert timed.first_load_ms > 0
        # 85 kB of file, and at least the same again as the runtime holds it; a control of the same differs by less.
        assert timed.memory.reference_bytes > 100_000
        assert abs(timed.memory.control_bytes - timed.memory.reference_bytes) < timed.memory.reference_bytes / 2
        for latency in timed.latencies:
            expected = {REFERENCE, TARGET, CONTROL} | ({TWIN} if mode is ExecutionMode.CPU_FLOAT16 else set())
            assert all(set(times) == expected for times in latency.rounds)
            assert all(len({len(values) for values in times.values()}) == 1 for times in latency.rounds)
            assert latency.timing(REFERENCE).median_us > 0
            assert latency.files.low <= latency.files.value <= latency.files.high
            assert len(latency.load_ms[REFERENCE]) == len(latency.rounds)
        # Ten images take longer than one, and less than ten times as long.
        one, ten = (latency.timing(REFERENCE).median_us for latency in timed.latencies)
        assert one < ten < 10 * one
