"""What the bits of one number say, in words."""

from fp16core.numerics.bits import BinaryNumber, FloatClass
from fp16core.numerics.narrowing import Decision, Narrowing
from fp16core.numerics.number_text import TypedNumber
from fp16core.numerics.picks import StoredWeight, numpy_cast
from fp16core.numerics.rounding import WeightRounding
from fp16core.text import count_text, power_text
from pages.shared.ui.words import plain

_BADGES = {
    FloatClass.ZERO: "zero",
    FloatClass.SUBNORMAL: "subnormal",
    FloatClass.NORMAL: "normal",
    FloatClass.INFINITE: "infinite",
}


def badges(found: Narrowing) -> str:
    """What kind of number both are, and what became of it, as Markdown."""
    shown = [
        f":blue-badge[float32: {_BADGES.get(found.source.float_class, 'NaN')}]",
        f":orange-badge[float16: {_BADGES.get(found.result.float_class, 'NaN')}]",
    ]
    for holds, words in (
        (found.overflows, ":red-badge[overflow]"),
        (found.underflows, ":red-badge[underflow to 0]"),
        (found.decision.is_tie, ":violet-badge[tie]"),
        (found.carries, ":violet-badge[carry]"),
        (found.decision is Decision.EXACT, ":green-badge[exact]"),
    ):
        if holds:
            shown.append(words)
    return " ".join(shown)


def decision_sentence(found: Narrowing) -> str:
    """How the dropped bits decided, as Markdown."""
    if found.source.float_class is FloatClass.NAN:
        return (
            "A NaN is any pattern whose exponent bits are all 1 and whose mantissa is not 0; float16 keeps the sign "
            "and the first mantissa bits, and which they are does not matter."
        )
    if found.source.float_class is FloatClass.INFINITE:
        return "Infinity has a pattern of its own in both formats, exponent bits all 1 and mantissa 0."
    if found.source.float_class is FloatClass.ZERO:
        return "Zero is all zeros in both formats, except for the sign, which float16 keeps."
    if found.decision is Decision.OVERFLOW:
        return (
            f"The power of two is {power_text(2, found.source.exponent)}, and float16's largest is "
            f"{power_text(2, found.result.format.bias)}: whatever the mantissa, the number becomes **infinite**."
        )
    lead = ""
    if found.shift:
        lead = (
            f"float16's smallest power of two is {power_text(2, found.result.format.min_exponent)}, so the "
            f"digits first move right by **{count_text(found.shift, 'place')}**. "
        )
    return lead + _comparison(found) + _consequence(found)


def weight_sentence(tensor: WeightRounding, weight: StoredWeight) -> str:
    """Which weight it is, and whether the file stores NumPy's cast of it, as Markdown."""
    where = f"Weight {list(weight.position)} of {tensor.key} is **{weight.narrowing.source.decimal_text}**"
    if not tensor.was_cast:
        return (
            f"{where}. :orange[This file keeps the tensor in {weight.stored.format.name}]; below is what casting it to "
            "float16 would do."
        )
    said = f"{where} in the float32 file and **{weight.stored.decimal_text}** in the float16 file. "
    if weight.is_numpys_cast:
        return said + (
            f"The 16 bits in the file equal NumPy's own cast, as do all {tensor.reference.size:,} of this tensor."
            if tensor.bits_match_numpy
            else "The 16 bits in the file equal NumPy's own cast; not all of this tensor do."
        )
    why = "this tensor was clamped to ±65,504" if tensor.is_clamped else "it changed by more than rounding"
    return said + f":orange[NumPy's own float16 cast gives {weight.numpy_cast.decimal_text} instead: {why}.]"


def number_sentence(read: TypedNumber, found: Narrowing) -> str:
    """What both formats make of a typed number, and whether NumPy makes the same, as Markdown."""
    single, half, text = found.source.decimal_text, found.result.decimal_text, plain(read.text)
    if read.is_lost_in_float32:
        said = (
            f"{text} lies beyond what float32 can hold: it already stores **{single}**. What follows is only about "
            "that. "
        )
    elif not found.source.is_finite:
        said = f"Both formats have bit patterns for {text}. "
    elif read.is_float32:
        said = f"float32 holds {text} exactly; float16 stores **{half}**. "
    else:
        said = f"float32 cannot hold {text} exactly: it stores **{single}**, and float16 **{half}**. "
    if read.is_rounded_twice:
        said += (
            f"Rounded once, without the detour through float32, it would be {read.direct_float16.decimal_text}: the "
            "first rounding made a tie that was none. "
        )
    cast = numpy_cast(found.source)
    if cast == found.result:
        return said + "NumPy's own cast of the float32 number gives the same 16 bits."
    return said + f":orange[NumPy's own cast on this machine gives {cast.hex_text} instead.]"


def exponent_words(number: BinaryNumber) -> str:
    """How a format reads its exponent field."""
    name, stored, bias = number.format.name, number.biased_exponent, number.format.bias
    if not number.is_finite:
        return f"{name} stores {stored}, all ones: infinite, or not a number."
    if number.biased_exponent == 0:
        return f"{name} stores 0, which means {power_text(2, number.exponent)} and no leading 1."
    power = power_text(2, number.exponent)
    return f"{name} stores {stored}, which means {stored} − {bias} = {_minus(number.exponent)}: {power}."


def _comparison(found: Narrowing) -> str:
    """The dropped bits against half of what the last kept bit is worth."""
    count = found.dropped_count
    if found.decision is Decision.EXACT:
        return f"The {count} dropped bits are all 0: **nothing is lost**."
    than = {Decision.BELOW_HALF: "**less than half**", Decision.ABOVE_HALF: "**more than half**"}
    return f"The {count} dropped bits are {than.get(found.decision, '**exactly half**')} of the last kept bit's worth"


def _consequence(found: Narrowing) -> str:
    if found.decision is Decision.EXACT:
        return ""
    last = found.kept_digits[-1]
    words = {
        Decision.BELOW_HALF: ", so they are dropped and the kept bits stay as they are: rounded **towards zero**.",
        Decision.ABOVE_HALF: ", so 1 is added to it: rounded **away from zero**.",
        Decision.TIE_STAYS: f": a **tie**, which goes to the neighbour whose last bit is 0, called even. The last kept "
        f"bit is {last}, so the kept bits stay.",
        Decision.TIE_MOVES: f": a **tie**, which goes to the neighbour whose last bit is 0, called even. The last kept "
        f"bit is {last}, so 1 is added to it.",
    }[found.decision]
    if found.overflows:
        return words + " The carry leaves float16's range: the number becomes **infinite**."
    if found.carries:
        return words + " The carry runs through all kept bits into the exponent."
    if found.underflows:
        return words + " No bit that is 1 is left: the number becomes **0**."
    return words


def _minus(number: int) -> str:
    return str(number).replace("-", "−")
