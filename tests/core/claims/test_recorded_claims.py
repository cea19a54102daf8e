"""Claims that need a GPU, judged by recordings made by hand: of the same pair, named, below what is measured here."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from fp16core.claims.claims import check_claims
from fp16core.claims.evidence import ClaimCheck, Evidence, Measurement, RuntimeEvidence, Verdict, gather_evidence
from fp16core.evaluate.comparison import Comparison
from fp16core.modes.latency import CONTROL, REFERENCE, TARGET, Difference, Latency, MemoryUse, ModeLatency
from fp16core.modes.network import Network
from fp16core.modes.runs import ModeOutcome, ModeTable
from fp16core.recordings.gallery import shipped_recordings
from fp16core.recordings.recording import Origin, Recording
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.tflite.model_file import ModelFile, ModelPair
from tests.helpers.mode_results import GPU, SOFTWARE, run
from tests.helpers.places import TestSet
from tests.helpers.recorded import NOTED, on_gpu, on_usual_processor, recording
from tests.helpers.results import latency

NATIVE, REDUCED, LATENCY = "Native arithmetic", "Reduced precision", "Impact on latency"


@pytest.fixture(scope="module")
def evidence(pair: ModelPair, comparison: Comparison, test_set: TestSet) -> Evidence:
    return gather_evidence(pair, comparison, test_set[0])


def judged(evidence: Evidence, *recordings: Recording, here: ModeOutcome | None = None) -> dict[str, ClaimCheck]:
    table = None if here is None else ModeTable(evidence.comparison.reference, {ExecutionMode.GPU_FLOAT16: here})
    found = RuntimeEvidence(table, recordings=recordings)
    return {claim.topic: claim for claim in check_claims(evidence.with_runtimes(found))}


def test_a_recording_of_this_pair_decides_and_is_named_with_its_day(evidence: Evidence) -> None:
    found = judged(evidence, recording(evidence.pair, on_gpu(1.0), noted=(NOTED,)))
    assert found[NATIVE].measured == (
        "on Some GPU, 26 November 2026: in float16; speed-up none measurable, wide network 1.52×"
    )
    assert "speed-up with this network none measurable, with six 3 × 3 convolutions with" in found[NATIVE].method
    assert "filters 1.52× (medians alone)." in found[NATIVE].method
    assert found[NATIVE].verdict is Verdict.PARTLY
    assert found[NATIVE].method.startswith("Recorded on 26 November 2026 on Some GPU, not measured here")
    assert found[NATIVE].awaits is Measurement.ACCURACY
    assert found[REDUCED].verdict is Verdict.HOLDS
    assert found[REDUCED].measured == (
        "on Some GPU, 26 November 2026: results are float16 numbers; logits change by up to 0.258"
    )
    assert "Without the option, logits change by up to 2.50 × 10⁻³." in found[REDUCED].method


@pytest.mark.parametrize(
    ("own", "wide", "verdict"),
    [(0.5, 1.0, Verdict.HOLDS), (1.0, 0.66, Verdict.HOLDS), (1.0, 1.0, Verdict.PARTLY), (1.3, 1.2, Verdict.PARTLY)],
)
def test_a_speed_up_with_either_network_is_enough(
    evidence: Evidence, own: float, wide: float, verdict: Verdict
) -> None:
    ours = recording(evidence.pair, on_gpu(own))
    assert (
        judged(evidence, ours, recording(evidence.pair, on_gpu(wide), network=Network.WIDE))[NATIVE].verdict is verdict
    )


def test_a_recorded_gpu_that_silently_computes_in_float32_fails_both(evidence: Evidence) -> None:
    found = judged(evidence, recording(evidence.pair, on_gpu(1.0, half=False)))
    assert (found[NATIVE].verdict, found[REDUCED].verdict) == (Verdict.FAILS, Verdict.FAILS)


def test_another_pairs_recording_a_pasted_one_and_software_decide_nothing(evidence: Evidence) -> None:
    pair = evidence.pair
    other = ModelPair("other", pair.reference, ModelFile(pair.target.contents + b" ", "other.tflite"))
    nothing = (
        recording(other, on_gpu(0.5)),
        recording(pair, on_gpu(0.5), origin=Origin.PASTED),
        recording(pair, on_gpu(0.5, by_software=True)),
        recording(pair, on_gpu(0.5), network=Network.WIDE),
    )
    usual = judged(evidence)
    assert not usual[NATIVE].verdict.is_decided
    assert usual[NATIVE].verdict is Verdict.NOT_MEASURED
    assert judged(evidence, *nothing) == usual


def test_what_is_measured_here_ranks_above_a_recording(evidence: Evidence) -> None:
    recorded = recording(evidence.pair, on_gpu(0.5))
    silent = run(ExecutionMode.GPU_FLOAT16, evidence.comparison.reference, adapter=GPU)
    found = judged(evidence, recorded, here=silent)
    assert (found[NATIVE].verdict, found[REDUCED].verdict) == (Verdict.FAILS, Verdict.FAILS)
    half = run(ExecutionMode.GPU_FLOAT16, evidence.comparison.reference, half=True, adapter=SOFTWARE)
    found = judged(evidence, recorded, here=half)
    assert found[REDUCED].verdict is Verdict.PARTLY
    assert found[NATIVE].verdict is Verdict.HOLDS  # a software driver decides nothing
    assert "Here: llvmpipe" in found[NATIVE].method


def test_a_gpu_timed_here_is_also_judged_by_the_wide_network_recorded_on_such_a_gpu(evidence: Evidence) -> None:
    half = run(ExecutionMode.GPU_FLOAT16, evidence.comparison.reference, half=True, adapter=GPU)
    table = ModeTable(evidence.comparison.reference, {half.mode: half})
    timed = {half.mode: ModeLatency(half.mode, (latency(100, twin=100),), MemoryUse(1, 1, 1, 1), 1.0)}
    for name, verdict in ((GPU.name, Verdict.HOLDS), ("another one", Verdict.PARTLY)):
        wide = recording(evidence.pair, on_gpu(0.66, name=name), network=Network.WIDE)
        found = RuntimeEvidence(table, timed, recordings=(wide,))
        claim = next(claim for claim in check_claims(evidence.with_runtimes(found)) if claim.topic == NATIVE)
        assert claim.verdict is verdict
        assert ("recorded on such a GPU: speed-up 1.52×" in claim.measured) is (verdict is Verdict.HOLDS)


def test_of_several_recordings_one_that_gained_time_counts_then_the_newest(evidence: Evidence) -> None:
    old, new = (recording(evidence.pair, on_gpu(1.0, name=f"GPU {day}"), day=date(2026, 11, day)) for day in (1, 2))
    assert judged(evidence, old, new)[NATIVE].measured.startswith("on GPU 2, 2 November 2026")
    faster = replace(old, modes=on_gpu(0.5, name="GPU 1"))
    assert judged(evidence, faster, new)[NATIVE].measured.startswith("on GPU 1, 1 November 2026")


@pytest.mark.parametrize(
    ("ratio", "difference", "verdict"),
    [
        (1.02, Difference.NONE, Verdict.HOLDS),
        (1.2, Difference.SLOWER, Verdict.PARTLY),
        (1.5, Difference.SLOWER, Verdict.FAILS),
        (1.5, Difference.NONE, Verdict.NOT_MEASURED),
    ],
)
def test_the_impact_on_latency_is_judged_by_recorded_times(
    evidence: Evidence, ratio: float, difference: Difference, verdict: Verdict
) -> None:
    recorded = recording(evidence.pair, on_usual_processor(1.0, ratio, verdict=difference))
    claim = judged(evidence, recorded)[LATENCY]
    assert claim.verdict is verdict
    assert claim.awaits is Measurement.LATENCY
    named = "on Some processor, 26 November 2026: "
    assert claim.measured.startswith(named) is (verdict is not Verdict.NOT_MEASURED)
    assert judged(evidence, replace(recorded, target_sha256="0" * 64))[LATENCY] == judged(evidence)[LATENCY]


def test_times_that_were_measured_here_rank_above_recorded_ones(evidence: Evidence) -> None:
    recorded = recording(evidence.pair, on_usual_processor(1.0))
    random = np.random.default_rng(0)
    noise = {what: random.lognormal(4, 1.5, 12) for what in (REFERENCE, TARGET, CONTROL)}
    noisy = Latency(ExecutionMode.CPU_FLOAT32, 1, [noise], {}, {})
    for times, verdict in ((latency(200), Verdict.FAILS), (noisy, Verdict.NOT_JUDGED)):
        timed = ModeLatency(ExecutionMode.CPU_FLOAT32, (times,), MemoryUse(1, 1, 1, 1), 1.0)
        found = RuntimeEvidence(None, {timed.mode: timed}, recordings=(recorded,))
        claim = next(claim for claim in check_claims(evidence.with_runtimes(found)) if claim.topic == LATENCY)
        assert claim.verdict is verdict
        assert "Some processor" not in claim.measured


def test_what_ships_judges_the_bundled_pair(evidence: Evidence) -> None:
    found = judged(evidence, *shipped_recordings())
    assert found[NATIVE].measured.startswith("on NVIDIA H200, 26 November 2026: in float16")
    assert found[REDUCED].verdict is Verdict.HOLDS
    assert found[LATENCY].verdict is Verdict.HOLDS
