"""Advice follows from its rules, on evidence that was made up for each."""

from dataclasses import replace

import pytest

from fp16core.claims.advice import RULES, Counsel, Situation, advise, situation, summary
from fp16core.evaluate.both import SPOILED
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
    larger = replace(GOOD, target_bytes=1_050_000)
    assert "It adds **50 kB**" in advise(larger).reasons[0]
    assert summary(larger).startswith("The float16 file adds **5.00 % of the bytes**: 1.05 MB instead of 1 MB.")


def test_nothing_is_said_of_time_that_was_not_measured() -> None:
    found = advise(GOOD)
    assert "with this model it has not been measured on this server." in found.reasons[-1]
    assert summary(GOOD).endswith(
        " It saves time only on hardware that computes in float16; with this model, that has not been timed on this "
        "server yet."
    )
    assert found.headline.endswith(". Measure float16 arithmetic on this hardware before you choose it.")
    assert "advised" not in found.headline


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
    assert ("float16 arithmetic is advised on the" in found.headline) == is_advised


@pytest.mark.parametrize(
    "facts",
    [
        replace(FASTER_GPU, changed=2),
        timed(ExecutionMode.GPU_FLOAT16, Difference.SLOWER, 1.2),
        timed(ExecutionMode.CPU_FLOAT16, Difference.NONE, 0.9),
    ],
)
def test_float32_is_advised_where_float16_arithmetic_was_measured_and_is_not(facts: ModeFacts) -> None:
    found = advise(replace(GOOD, modes=(facts,)))
    assert found.headline == "For this model, **use the float16 file**. On this hardware, compute in float32."


def test_times_without_answers_lead_to_measuring_the_answers() -> None:
    """Nobody knows yet whether the hardware computed in float16, nor what that changes."""
    known = replace(GOOD, modes=(replace(FASTER_GPU, images=0, changed=0, computes_float16=False),))
    first = "Before you use float16 arithmetic on the GPU (Some GPU), measure its answers."
    assert advise(known).headline == f"For this model, **use the float16 file**. {first}"
    takes = "On the GPU (Some GPU), computing in float16 takes **0.66 times as long as in float32**."
    assert summary(known).endswith(f" {takes} {first}")
    both = replace(known, modes=(timed(ExecutionMode.CPU_FLOAT16, Difference.FASTER, 0.9), *known.modes))
    assert advise(both).headline.endswith(f"float16 arithmetic is advised on the processor. {first}")


def test_hardware_that_silently_computed_in_float32_has_no_time_in_float16() -> None:
    known = replace(GOOD, modes=(replace(FASTER_GPU, computes_float16=False),))
    given = advise(known)
    why = "on the GPU (Some GPU), which computed in float32 when asked for float16."
    assert given.headline.endswith(f". There is no float16 arithmetic to choose {why}")
    assert summary(known).endswith(f". float16 arithmetic saves no time {why}")
    assert "compute in float32" not in given.headline
    silent = replace(FASTER_GPU, mode=ExecutionMode.CPU_FLOAT16, computes_float16=False)
    assert summary(replace(known, modes=(silent, *known.modes))).endswith(
        ". float16 arithmetic saves no time on the processor and on the GPU (Some GPU), which both computed in "
        "float32 when asked for float16."
    )
    assert "0.66" not in " ".join([given.headline, summary(known), *given.reasons])
    beside = replace(known, modes=(*known.modes, timed(ExecutionMode.CPU_FLOAT16, Difference.SLOWER, 1.2)))
    assert summary(beside).endswith(
        ". On the processor, computing in float16 takes **1.20 times as long as in float32**."
    )
    assert advise(beside).headline.endswith("On this hardware, compute in float32.")


def test_a_mode_timed_without_its_float32_twin_has_no_ratio() -> None:
    alone = (BatchTime(10, 5.0, Difference.NONE),)
    known = replace(GOOD, modes=(replace(FASTER_GPU, times=alone),))
    given = advise(known)
    assert "****" not in " ".join([given.headline, summary(known), *given.reasons])
    assert given.headline.endswith("Measure float16 arithmetic on this hardware before you choose it.")
    assert summary(known).endswith("with this model, that has not been timed on this server yet.")
    assert given.reasons[-1].endswith("1 of 1,000 answers change; timed, but not against float32 arithmetic.")


@pytest.mark.parametrize("counsel", [each for each in Counsel if each not in (Counsel.NONE, Counsel.AVOID)])
def test_advice_on_arithmetic_is_a_sentence_of_its_own(counsel: Counsel) -> None:
    known = {
        Counsel.USE: GOOD,
        Counsel.CHECK: replace(GOOD, is_significant=True),
        Counsel.TOO_FEW: replace(GOOD, images=37, changed=0, accuracy_delta=0.0),
        Counsel.LITTLE_GAIN: replace(GOOD, target_bytes=900_000),
    }[counsel]
    assert advise(replace(known, modes=(FASTER_GPU,))).headline == (
        f"For this model, **{counsel.value}**. On this hardware, float16 arithmetic is advised on the GPU (Some GPU)."
    )


def test_nothing_is_advised_on_the_arithmetic_of_a_file_that_must_not_be_used() -> None:
    headline = advise(replace(GOOD, spoiled=1, modes=(FASTER_GPU,))).headline
    assert headline == "For this model, **do not use this float16 file**."


def test_the_rules_name_the_thresholds() -> None:
    on_the_file, on_arithmetic = RULES
    assert "at most 0.10 percentage points" in on_the_file
    assert "p ≥ 0.05" in on_the_file
    assert "at most 75 % of the size" in on_the_file
    assert "more than 5 % of answers" in on_the_file
    assert SPOILED in on_the_file
    assert "at most 0.1 % of the answers" in on_arithmetic


def test_a_software_driver_says_nothing_about_time() -> None:
    known = replace(GOOD, modes=(replace(FASTER_GPU, by_software=True),))
    assert "before you choose it" in advise(known).headline
    assert "says nothing about speed" in advise(known).reasons[-1]
    assert "0.66" not in advise(known).reasons[-1] + summary(known)


def test_the_hardware_and_its_times_are_named() -> None:
    known = replace(GOOD, modes=(FASTER_GPU,))
    assert "on the GPU (Some GPU)" in advise(known).headline
    assert "0.66 times as long as in float32" in advise(known).reasons[-1]
    assert "On the GPU (Some GPU), computing in float16 takes **0.66 times as long as in float32**." in summary(known)
    both = replace(known, modes=(timed(ExecutionMode.CPU_FLOAT16, Difference.NONE, 1.0), FASTER_GPU))
    assert summary(both).endswith(
        " On the processor, computing in float16 takes **as long as in float32, as far as can be measured**; on the "
        "GPU (Some GPU), **0.66 times as long as in float32**."
    )


def test_a_comparison_tells_what_is_known(comparison: Comparison) -> None:
    known = situation(comparison, True, ())
    assert (known.images, known.changed, known.spoiled) == (10_000, 1, 0)
    assert (known.reference_bytes, known.target_bytes) == (85_376, 45_244)
    close = comparison.abs_logit_delta >= comparison.reference.margins / 2
    assert known.exposed == close.sum() > 0
    assert summary(known).startswith("The float16 file saves **47.01 % of the bytes**: 45.2 kB instead of 85.4 kB.")
    assert summary(replace(known, holds_float16=False)) == "Nothing by float16: the target holds no float16 weights."
