"""Claims that need a GPU, judged by recordings made by hand: of the same pair, named, below what is measured here."""

from dataclasses import replace
from datetime import date

import pytest

from fp16core.claims.claims import check_claims
from fp16core.claims.evidence import ClaimCheck, Evidence, Measurement, RuntimeEvidence, Verdict, gather_evidence
from fp16core.evaluate.comparison import Comparison
from fp16core.modes.network import Network
from fp16core.modes.runs import ModeOutcome, ModeTable
from fp16core.recordings.gallery import shipped_recordings
from fp16core.recordings.recording import Origin, Recording
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.tflite.model_file import ModelFile, ModelPair
from tests.helpers.mode_results import GPU, SOFTWARE, run
from tests.helpers.places import TestSet
from tests.helpers.recorded import NOTED, on_gpu, recording

NATIVE, REDUCED = "Native arithmetic", "Reduced precision"


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
        "on Some GPU, 26 November 2026: computed in float16; speed-up with this network none measurable, with "
        "six 3 × 3 convolutions with 128 filters 1.52× (medians alone)"
    )
    assert found[NATIVE].verdict is Verdict.PARTLY
    assert found[NATIVE].method.startswith("Recorded on 26 November 2026 on Some GPU, not measured here")
    assert found[NATIVE].awaits is Measurement.ACCURACY
    assert found[REDUCED].verdict is Verdict.HOLDS
    assert found[REDUCED].measured == (
        "on Some GPU, 26 November 2026: all results are float16 numbers; the float16 file's logits change by up to "
        "0.258, without the option by 2.50 × 10⁻³"
    )


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


def test_of_several_recordings_one_that_gained_time_counts_then_the_newest(evidence: Evidence) -> None:
    old, new = (recording(evidence.pair, on_gpu(1.0, name=f"GPU {day}"), day=date(2026, 11, day)) for day in (1, 2))
    assert judged(evidence, old, new)[NATIVE].measured.startswith("on GPU 2, 2 November 2026")
    faster = replace(old, modes=on_gpu(0.5, name="GPU 1"))
    assert judged(evidence, faster, new)[NATIVE].measured.startswith("on GPU 1, 1 November 2026")


def test_what_ships_judges_the_bundled_pair(evidence: Evidence) -> None:
    found = judged(evidence, *shipped_recordings())
    assert found[NATIVE].measured.startswith("on NVIDIA H200, 26 November 2026: computed in float16")
    assert found[REDUCED].verdict is Verdict.HOLDS
