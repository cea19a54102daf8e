"""Claims on running a model, judged by measurements made by hand, so that each verdict can be foreseen."""

from dataclasses import replace

import numpy as np
import pytest

from fp16core.claims.claims import check_claims
from fp16core.claims.evidence import (
    NOTHING_MEASURED,
    ClaimCheck,
    Evidence,
    Measurement,
    RuntimeEvidence,
    Verdict,
    gather_evidence,
)
from fp16core.claims.judge import Judge
from fp16core.claims.runtime_claims import latency_impact, native_arithmetic, reduced_precision, upsampled
from fp16core.evaluate.comparison import Comparison
from fp16core.modes.latency import CONTROL, REFERENCE, TARGET, Difference, Latency, MemoryUse, ModeLatency
from fp16core.modes.runs import ModeOutcome, ModeRun, ModeTable
from fp16core.runtime.delegation import UpsamplingStage
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.tflite.model_file import ModelPair
from tests.helpers.mode_results import GPU, SOFTWARE, run
from tests.helpers.places import TestSet
from tests.helpers.results import latency


@pytest.fixture(scope="module")
def evidence(pair: ModelPair, comparison: Comparison, test_set: TestSet) -> Evidence:
    return gather_evidence(pair, comparison, test_set[0])


def judged(evidence: Evidence, *outcomes: ModeOutcome, **latencies: float) -> dict[str, ClaimCheck]:
    """Claims by topic; an outcome that is a reason is the GPU's, a latency the target's against a reference of 100."""
    baseline = evidence.comparison.reference
    modes = {(x.mode if isinstance(x, ModeRun) else ExecutionMode.GPU_FLOAT16): x for x in outcomes}
    timed = {ExecutionMode[name]: time for name, time in latencies.items()}
    found = RuntimeEvidence(
        ModeTable(baseline, modes) if outcomes else None,
        {
            mode: ModeLatency(
                mode,
                (latency(100, twin=10_000 / time) if mode.asks_for_float16 else latency(time),),
                MemoryUse(1, 1, 1, 1),
                1.0,
            )
            for mode, time in timed.items()
        },
    )
    return {claim.topic: claim for claim in check_claims(evidence.with_runtimes(found))}


def test_before_anything_is_measured_four_claims_offer_to_measure(evidence: Evidence) -> None:
    found = judged(evidence)
    waiting = {topic for topic, claim in found.items() if claim.awaits is not None}
    assert waiting == {"Native arithmetic", "Upsampled on a CPU", "Impact on latency", "Reduced precision"}
    assert found["Upsampled on a CPU"].claim.endswith("upsampled to float32 …")


@pytest.mark.parametrize(
    ("moment", "verdict"), [(UpsamplingStage.LOADING, Verdict.HOLDS), (UpsamplingStage.FIRST_RUN, Verdict.PARTLY)]
)
def test_upsampled_holds_only_if_it_is_prior_to_the_first_inference(
    evidence: Evidence, moment: UpsamplingStage, verdict: Verdict
) -> None:
    usual = run(ExecutionMode.CPU_FLOAT32, evidence.comparison.reference, upsampled=moment)
    claim = judged(evidence, usual)["Upsampled on a CPU"]
    assert claim.claim.endswith("upsampled to float32 prior to the first inference")
    assert claim.measured.endswith(f"last read {moment.value}")
    assert claim.verdict is verdict
    assert claim.awaits is None


@pytest.mark.parametrize(
    ("target", "verdict"),
    [(100, Verdict.HOLDS), (104, Verdict.HOLDS), (118, Verdict.PARTLY), (60, Verdict.FAILS), (200, Verdict.FAILS)],
)
def test_impact_on_latency_follows_from_the_interval(evidence: Evidence, target: float, verdict: Verdict) -> None:
    assert judged(evidence, CPU_FLOAT32=target)["Impact on latency"].verdict is verdict


def test_no_measurable_difference_is_said_so(evidence: Evidence) -> None:
    claim = judged(evidence, CPU_FLOAT32=100)["Impact on latency"]
    assert claim.measured.startswith("no measurable difference on this machine; float16 / float32: 1 image at once 1.0")
    assert claim.awaits is None


def noisy_latency() -> ModeLatency:
    random = np.random.default_rng(0)
    times = {what: random.lognormal(4, 1.5, 12) for what in (REFERENCE, TARGET, CONTROL)}
    noisy = Latency(ExecutionMode.CPU_FLOAT32, 1, [times], {}, {})
    assert noisy.difference is Difference.NONE
    return ModeLatency(ExecutionMode.CPU_FLOAT32, (noisy,), MemoryUse(1, 1, 1, 1), 1.0)


def test_noise_confirms_nothing(evidence: Evidence) -> None:
    """A machine on which nothing can be told apart says nothing of the claim."""
    found = noisy_latency()
    claims = check_claims(evidence.with_runtimes(RuntimeEvidence(None, {found.mode: found})))
    claim = next(claim for claim in claims if claim.topic == "Impact on latency")
    assert claim.verdict is Verdict.NOT_JUDGED
    assert claim.measured.startswith("this machine is too noisy to tell")


def test_a_gpu_in_float16_holds_and_its_speed_is_judged(evidence: Evidence) -> None:
    half = run(ExecutionMode.GPU_FLOAT16, evidence.comparison.reference, half=True, adapter=GPU)
    found = judged(evidence, half)
    assert found["Reduced precision"].verdict is Verdict.HOLDS
    assert found["Native arithmetic"].verdict is Verdict.PARTLY
    assert found["Native arithmetic"].awaits is Measurement.LATENCY
    faster = judged(evidence, half, GPU_FLOAT16=50)["Native arithmetic"]
    assert faster.verdict is Verdict.HOLDS
    assert "a real one" in faster.method
    assert judged(evidence, half, GPU_FLOAT16=150)["Native arithmetic"].verdict is Verdict.PARTLY


def test_a_gpu_that_silently_computes_in_float32_fails_both(evidence: Evidence) -> None:
    silent = run(ExecutionMode.GPU_FLOAT16, evidence.comparison.reference, adapter=GPU)
    found = judged(evidence, silent)
    assert found["Reduced precision"].verdict is Verdict.FAILS
    assert found["Reduced precision"].measured.startswith("all results are float32 numbers")
    assert found["Native arithmetic"].verdict is Verdict.FAILS


def test_a_software_driver_shows_precision_and_no_speed(evidence: Evidence) -> None:
    half = run(ExecutionMode.GPU_FLOAT16, evidence.comparison.reference, half=True, adapter=SOFTWARE)
    assert judged(evidence, half)["Native arithmetic"].awaits is None
    found = judged(evidence, half, GPU_FLOAT16=50)
    assert found["Reduced precision"].verdict is Verdict.PARTLY
    assert found["Native arithmetic"].verdict is Verdict.NOT_JUDGED
    silent = judged(evidence, run(ExecutionMode.GPU_FLOAT16, evidence.comparison.reference, adapter=SOFTWARE))
    assert silent["Native arithmetic"].verdict is Verdict.NOT_JUDGED
    assert silent["Reduced precision"].verdict is Verdict.NOT_JUDGED
    assert "computed in float32, by a software driver" in silent["Native arithmetic"].measured


@pytest.mark.parametrize("judge", [latency_impact, native_arithmetic, reduced_precision])
def test_a_judge_itself_says_that_what_was_measured_decides_nothing(judge: Judge, evidence: Evidence) -> None:
    silent = run(ExecutionMode.GPU_FLOAT16, evidence.comparison.reference, adapter=SOFTWARE)
    noisy, table = noisy_latency(), ModeTable(evidence.comparison.reference, {silent.mode: silent})
    assert judge(evidence).verdict is Verdict.NOT_MEASURED
    claim = judge(evidence.with_runtimes(RuntimeEvidence(table, {noisy.mode: noisy})))
    assert claim.verdict is Verdict.NOT_JUDGED
    assert claim.measured != NOTHING_MEASURED


@pytest.mark.parametrize("judge", [upsampled, latency_impact, native_arithmetic, reduced_precision])
def test_a_judge_of_a_claim_about_float16_judges_nothing_without_its_weights(judge: Judge, evidence: Evidence) -> None:
    claim = judge(replace(evidence, target_holds_float16=False))
    assert (claim.verdict, claim.measured) == (Verdict.NOT_JUDGED, "the target holds no float16 weights")


def test_without_a_gpu_the_reason_is_told_and_nothing_more_is_offered(evidence: Evidence) -> None:
    found = judged(evidence, "This machine has no GPU.")
    for topic in ("Native arithmetic", "Reduced precision"):
        assert found[topic].verdict is Verdict.NOT_MEASURED
        assert found[topic].method == "This machine has no GPU."
        assert found[topic].awaits is None
