"""Advice on float16 arithmetic, which follows from measured modes of execution by a rule stated here."""

from collections.abc import Sequence

from fp16core.modes.facts import ModeFacts, answers_text, arithmetic_text
from fp16core.modes.latency import Difference

_FEW_CHANGED = 0.001
"""Largest share of changed answers at which a faster arithmetic is advised."""

ARITHMETIC_RULE = (
    "**float16 arithmetic** is advised on a processor or a GPU if it is measurably faster there for some number of "
    f"images at once (99 % interval, against a control) and changes at most {_FEW_CHANGED * 100:g} % of the answers, "
    "which must have been compared. A software driver does not count as a GPU. Only what was measured with this model "
    "on this server counts."
)
"""Rule of `arithmetic_advice`, in Markdown."""


def arithmetic_advice(modes: Sequence[ModeFacts]) -> str:
    """Advise an arithmetic for this hardware, or what to measure first, in a sentence or two of Markdown."""
    halves = _on_hardware(modes)
    advised = _places([facts for facts in halves if _is_advised(facts)])
    found = [f"On this hardware, float16 arithmetic is advised on {advised}."] if advised else []
    timed = [facts for facts in halves if _is_timed(facts)]
    found += _first_measure(timed)
    if found:
        return " ".join(found)
    if timed:
        return "On this hardware, compute in float32."
    if _are_silent(halves):
        return f"There is no float16 arithmetic to choose {_silent_text(halves)}."
    return "Measure float16 arithmetic on this hardware before you choose it."


def time_sentence(modes: Sequence[ModeFacts]) -> str:
    """Gain of time by float16 arithmetic, in a sentence or two of Markdown that follow one on the float16 file."""
    halves = _on_hardware(modes)
    timed = [facts for facts in halves if _is_timed(facts)]
    if timed:
        first, *others = timed
        times = [f"On {_place(first)}, computing in float16 takes **{arithmetic_text(first)}**"]
        times += [f"on {_place(facts)}, **{arithmetic_text(facts)}**" for facts in others]
        return " ".join([f"{'; '.join(times)}.", *_first_measure(timed)])
    if _are_silent(halves):
        return f"float16 arithmetic saves no time {_silent_text(halves)}."
    return (
        "It saves time only on hardware that computes in float16; with this model, that has not been timed on this "
        "server yet."
    )


def time_reasons(modes: Sequence[ModeFacts]) -> list[str]:
    """Findings on time, and on each mode that asks for float16 arithmetic, in a sentence each."""
    reasons = []
    usual = next((facts for facts in modes if not facts.mode.asks_for_float16 and facts.times), None)
    if usual is not None:
        verdicts = {time.difference for time in usual.times}
        found = (
            "no measurable difference"
            if verdicts == {Difference.NONE}
            else " and ".join(sorted({verdict.value for verdict in verdicts - {Difference.NONE}}))
        )
        reasons.append(f"Time of the float16 file against the float32 file in {usual.mode.short_title}: {found}.")
    reasons += [_reason(facts) for facts in modes if facts.mode.asks_for_float16]
    if not any(facts.mode.asks_for_float16 for facts in modes):
        reasons.append(
            "float16 arithmetic needs hardware that has it (a GPU, an Arm processor with FP16, as in phones since "
            "about 2018 and in Macs, or x86-64 with F16C and AVX2); with this model it has not been measured on this "
            "server."
        )
    return reasons


def _reason(facts: ModeFacts) -> str:
    name = facts.mode.title
    if facts.by_software:
        return f"{name}: {answers_text(facts)} ({facts.adapter}, a software driver, which says nothing about speed)."
    if facts.is_silently_float32:
        return f"{name}: the hardware computed in float32 instead; nothing is gained."
    untimed = "timed, but not against float32 arithmetic" if facts.times else "not timed yet"
    return f"{name}: {answers_text(facts)}; {arithmetic_text(facts) or untimed}."


def _first_measure(found: Sequence[ModeFacts]) -> list[str]:
    """Ask for the answers of modes that are faster, but of which only times are known."""
    places = _places([facts for facts in found if facts.images == 0 and _is_faster(facts)])
    return [f"Before you use float16 arithmetic on {places}, measure its answers."] if places else []


def _on_hardware(modes: Sequence[ModeFacts]) -> list[ModeFacts]:
    """Modes that ask for float16 arithmetic, except those of a software driver."""
    return [facts for facts in modes if facts.mode.asks_for_float16 and not facts.by_software]


def _are_silent(halves: Sequence[ModeFacts]) -> bool:
    return bool(halves) and all(facts.is_silently_float32 for facts in halves)


def _silent_text(halves: Sequence[ModeFacts]) -> str:
    """Places that computed in float32 when asked for float16, and that they did, without a full stop."""
    both = "both " if len(halves) == 2 else ""
    return f"on {_places(halves)}, which {both}computed in float32 when asked for float16"


def _is_timed(facts: ModeFacts) -> bool:
    """Return whether the time is known to be that of float16 arithmetic against float32's."""
    return not facts.is_silently_float32 and any(time.arithmetic is not None for time in facts.times)


def _is_faster(facts: ModeFacts) -> bool:
    return any(time.arithmetic_difference is Difference.FASTER for time in facts.times)


def _is_advised(facts: ModeFacts) -> bool:
    return facts.computes_float16 and facts.changed <= _FEW_CHANGED * facts.images and _is_faster(facts)


def _places(found: Sequence[ModeFacts]) -> str:
    return " and on ".join(map(_place, found))


def _place(facts: ModeFacts) -> str:
    return f"the GPU ({facts.adapter})" if facts.mode.on_gpu else "the processor"
