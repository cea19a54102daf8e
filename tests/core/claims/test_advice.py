"""Advice follows from its rules, on evidence that was made up for each."""

from dataclasses import replace

import pytest

from fp16core.claims.advice import Counsel, Situation, advise, situation, summary
from fp16core.evaluate.comparison import Comparison
from fp16core.modes.facts import BatchTime, ModeFacts
from fp16core.modes.latency import Difference, PairedRatio
from fp16core.runtime.execution_mode import ExecutionMode

GOOD = Situation(
    holds_float16=True,
    reference_bytes=1_000_000,
    target_bytes=510_000,
    images=10_000,
    changed=2,
    exposed=5,
    spoiled=0,
    accuracy_delta=-0.0001,
    is_significant=False,
)


def timed(mode: ExecutionMode, difference: Difference, ratio: float, **more: object) -> ModeFacts:
    time = BatchTime(10, 5.0, Difference.NONE, PairedRatio(ratio, ratio, ratio), difference)
    return replace(ModeFacts(mode, 1_000, 1, True, "Some GPU", False, (time,)), **more)  # type: ignore[arg-type] # by name


FASTER_GPU = timed(ExecutionMode.GPU_FLOAT16, Difference.FASTER, 0.66)


@pytest.mark.parametrize(
    ("known", "counsel"),
    [
        (GOOD, Counsel.USE),
        (replace(GOOD, holds_float16=False), Counsel.NONE),
        (replace(GOOD, spoiled=1), Counsel.AVOID),
        (replace(GOOD, accuracy_delta=-0.001), Counsel.USE),
        (replace(GOOD, accuracy_delta=-0.0011), Counsel.CHECK),
        (replace(GOOD, accuracy_delta=0.0011), Counsel.CHECK),
        (replace(GOOD, is_significant=True), Counsel.CHECK),
        (replace(GOOD, target_bytes=750_000), Counsel.USE),
        (replace(GOOD, target_bytes=750_001), Counsel.LITTLE_GAIN),
        (replace(GOOD, images=37, changed=0, accuracy_delta=0.0), Counsel.TOO_FEW),
        (replace(GOOD, images=100, changed=0, accuracy_delta=0.0), Counsel.USE),
    ],
)
def test_the_file_is_advised_by_the_rule(known: Situation, counsel: Counsel) -> None:
    """Of 37 images without a change, Wilson's upper limit is 9.4 %; of 100, it is 3.7 %."""
    found = advise(known)
    assert found.counsel is counsel
    assert counsel.value in found.headline


def test_size_and_answers_are_the_reasons() -> None:
    size, answers, _ = advise(GOOD).reasons
    assert "saves **490 kB** of 1 MB (49.00 %)" in size
    assert "changed **2 of 10,000 answers**" in answers
    assert "On 5 images, some logit moved" in answers
    assert "On no image did a logit move by at least half the margin" in advise(replace(GOOD, exposed=0)).reasons[1]
    assert "up to 0.07 % of answers" in answers  # Wilson's upper limit of 2 in 10,000 is 0.0729 %


def test_a_larger_file_is_not_said_to_save_anything() -> None:
    assert "It adds **50 kB**" in advise(replace(GOOD, target_bytes=1_050_000)).reasons[0]


def test_nothing_is_said_of_time_that_was_not_measured() -> None:
    found = advise(GOOD)
    assert "measure first" in found.headline
    assert "has not been measured here" in found.reasons[-1]
    assert "has not been timed here" in summary(GOOD)
    assert "float16 arithmetic" not in found.headline


@pytest.mark.parametrize(
    ("facts", "is_advised"),
    [
        (FASTER_GPU, True),
        (replace(FASTER_GPU, changed=2), False),  # 0.2 % of 1,000
        (replace(FASTER_GPU, by_software=True), False),
        (replace(FASTER_GPU, computes_float16=False), False),
        (replace(FASTER_GPU, images=0, changed=0, computes_float16=False), False),
        (timed(ExecutionMode.GPU_FLOAT16, Difference.SLOWER, 1.2), False),
        (timed(ExecutionMode.CPU_FLOAT16, Difference.FASTER, 0.9), True),
        (timed(ExecutionMode.CPU_FLOAT16, Difference.NONE, 0.9), False),
    ],
)
def test_float16_arithmetic_is_advised_where_it_is_faster_and_changes_little(
    facts: ModeFacts, is_advised: bool
) -> None:
    found = advise(replace(GOOD, modes=(facts,)))
    assert ("and float16 arithmetic on the" in found.headline) == is_advised
    if not is_advised and not facts.by_software:
        assert "compute in float32" in found.headline


def test_a_software_driver_says_nothing_about_time() -> None:
    known = replace(GOOD, modes=(replace(FASTER_GPU, by_software=True),))
    assert "measure first" in advise(known).headline
    assert "says nothing about speed" in advise(known).reasons[-1]
    assert "0.66" not in advise(known).reasons[-1] + summary(known)


def test_the_hardware_and_its_times_are_named() -> None:
    known = replace(GOOD, modes=(FASTER_GPU,))
    assert "on the GPU (Some GPU)" in advise(known).headline
    assert "0.66 times as long as in float32" in advise(known).reasons[-1]
    assert "**0.66 times as long as in float32** on the GPU (Some GPU)" in summary(known)


def test_a_comparison_tells_what_is_known(comparison: Comparison) -> None:
    known = situation(comparison, True, ())
    assert (known.images, known.changed, known.spoiled) == (10_000, 1, 0)
    assert (known.reference_bytes, known.target_bytes) == (85_376, 45_244)
    close = comparison.abs_logit_delta >= comparison.reference.margins / 2
    assert known.exposed == close.sum() > 0
    assert summary(known).startswith("**47.01 % of the bytes**: 45.2 kB instead of 85.4 kB.")
    assert summary(replace(known, holds_float16=False)) == "Nothing by float16: the target holds no float16 weights."
