"""Sentences on the bits of one number and on the rounding of it."""

from fp16core.numerics.bits import BinaryNumber, FloatClass
from fp16core.numerics.formats import FLOAT16, FLOAT32
from fp16core.numerics.narrowing import Decision, Narrowing, deviation
from fp16core.numerics.number_text import TypedNumber
from fp16core.numerics.picks import StoredWeight, numpy_cast
from fp16core.numerics.weight_rounding import WeightRounding
from fp16core.text import count_text, power_text, small_text
from pages.shared.ui.words import plain

_KINDS = {
    FloatClass.ZERO: "zero",
    FloatClass.SUBNORMAL: "subnormal",
    FloatClass.NORMAL: "normal",
    FloatClass.INFINITE: "infinite",
    FloatClass.NAN: "NaN",
}

_WITHOUT_DIGITS = {
    FloatClass.NAN: "A NaN is any pattern whose exponent bits are all 1 and whose mantissa is not 0; float16 keeps the "
    "sign and the first mantissa bits, whose values do not matter.",
    FloatClass.INFINITE: "Infinity has a pattern of its own in both formats: exponent bits all 1 and mantissa 0.",
    FloatClass.ZERO: "Zero is all zeros in both formats, except for the sign, which float16 keeps.",
}
"""Sentences on numbers that have no digits to round."""

_HALVES = {
    Decision.BELOW_HALF: "**less than half**",
    Decision.ABOVE_HALF: "**more than half**",
    Decision.TIE_STAYS: "**exactly half**",
    Decision.TIE_MOVES: "**exactly half**",
}

_TIE = ": a **tie**, which goes to the neighbour whose last bit is 0, called even. The last kept bit is"

_ROUNDED = {
    Decision.BELOW_HALF: ", so they are dropped and the kept bits do not change: rounded **towards zero**.",
    Decision.ABOVE_HALF: ", so 1 is added to it: rounded **away from zero**.",
    Decision.TIE_STAYS: f"{_TIE} 0, so the kept bits do not change.",
    Decision.TIE_MOVES: f"{_TIE} 1, so 1 is added to it.",
}


def answer_sentence(tensor: WeightRounding) -> str:
    """Bits of a weight that float16 drops, and the cost of that for this tensor, as Markdown."""
    kept = (
        f"float16 keeps **{FLOAT16.mantissa_bits} of {FLOAT32.mantissa_bits} mantissa bits** and "
        f"{FLOAT16.exponent_bits} of {FLOAT32.exponent_bits} exponent bits. "
    )
    if not tensor.was_cast:
        return f"{kept}This file keeps **{tensor.key}** in float32, so nothing is dropped."
    if tensor.became_infinite:
        return f"{kept}:orange[Of **{tensor.key}**, {tensor.became_infinite:,} {tensor.noun} became **infinite**.]"
    each = "bias" if tensor.noun == "biases" else "weight"
    return f"{kept}No {each} of **{tensor.key}** moved by more than **{small_text(tensor.max_abs_error)}**."


def tensor_sentence(tensor: WeightRounding) -> str:
    """The size of a tensor, and whether the file stores NumPy's cast of it, as Markdown."""
    size = f"**{tensor.reference.size:,} {tensor.noun}** of shape {tensor.shape_text}"
    if not tensor.was_cast:
        return f"{size} were left in float32 in this file."
    ends = (f"{tensor.underflowed:,} of them became 0. " if tensor.underflowed else "") + (
        f"{tensor.overflowed:,} were too large for float16. " if tensor.overflowed else ""
    )
    return f"{size} were rounded from 32 to 16 bits. {ends or 'None became 0, none was too large for float16. '}" + (
        "All stored bits equal NumPy's own float16 cast."
        if tensor.bits_match_numpy
        else ":orange[Weights beyond ±65,504 were clamped to it; all others equal NumPy's own float16 cast.]"
        if tensor.is_clamped
        else ":orange[The stored bits differ from NumPy's float16 cast: they changed by more than rounding.]"
    )


def chosen_sentence(weight: StoredWeight) -> str:
    """The weight shown in a few words, as Markdown."""
    error = deviation(weight.narrowing.source, weight.stored)
    return (
        f"Shown: weight {list(weight.position)}, **{small_text(weight.narrowing.source.as_float)}**, with a rounding "
        f"error of **{small_text(error.absolute, signed=True)}**."
    )


def badges(found: Narrowing) -> str:
    """Badges for the kinds of both numbers and for the outcome of rounding, as Markdown."""
    outcomes = (
        (found.overflows, ":red-badge[overflow]"),
        (found.underflows, ":red-badge[underflow to 0]"),
        (found.decision.is_tie, ":violet-badge[tie]"),
        (found.carries, ":violet-badge[carry]"),
        (found.decision is Decision.EXACT, ":green-badge[exact]"),
    )
    return " ".join(
        [
            f":blue-badge[float32: {_KINDS[found.source.float_class]}]",
            f":orange-badge[float16: {_KINDS[found.result.float_class]}]",
            *(badge for is_shown, badge in outcomes if is_shown),
        ]
    )


def decision_sentence(found: Narrowing) -> str:
    """The rounding decision and its reason, as Markdown."""
    if found.source.float_class in _WITHOUT_DIGITS:
        return _WITHOUT_DIGITS[found.source.float_class]
    if found.decision is Decision.OVERFLOW:
        return (
            f"The power of two is {power_text(2, found.source.exponent)}, and float16's largest is "
            f"{power_text(2, found.result.format.bias)}: whatever the mantissa, the number becomes **infinite**."
        )
    return _shift_sentence(found) + _rounding_sentence(found)


def weight_sentence(tensor: WeightRounding, weight: StoredWeight) -> str:
    """The weight, and whether the file stores NumPy's cast of it, as Markdown."""
    where = f"Weight {list(weight.position)} of {tensor.key} is **{weight.narrowing.source.decimal_text}**"
    if not tensor.was_cast:
        return (
            f"{where}. :orange[This file keeps the tensor in {weight.stored.format.name}]; the rest of the page shows "
            "the effect of casting it to float16."
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
    """A typed number in both formats, and whether NumPy's cast agrees, as Markdown."""
    single, half, text = found.source.decimal_text, found.result.decimal_text, plain(read.text)
    if read.is_lost_in_float32:
        said = (
            f"{text} is outside float32's range: float32 stores **{single}** instead. The rest of the page is about "
            "that number. "
        )
    elif not found.source.is_finite:
        said = f"Both formats have bit patterns for {text}. "
    elif read.is_float32:
        said = f"float32 holds {text} exactly; float16 stores **{half}**. "
    else:
        said = f"float32 cannot hold {text} exactly: it stores **{single}**, and float16 **{half}**. "
    if read.is_rounded_twice:
        said += (
            f"Rounded once, directly to float16, it would be {read.direct_float16.decimal_text}: the first rounding "
            "produced a tie that did not exist before. "
        )
    cast = numpy_cast(found.source)
    if cast == found.result:
        return said + "NumPy's own cast of the float32 number gives the same 16 bits."
    return said + f":orange[NumPy's own cast on this machine gives {cast.hex_text} instead.]"


def exponent_words(number: BinaryNumber) -> str:
    """Meaning of a number's exponent field."""
    name, stored, bias = number.format.name, number.biased_exponent, number.format.bias
    if not number.is_finite:
        return f"{name} stores {stored}, all ones: infinite, or not a number."
    if number.biased_exponent == 0:
        return f"{name} stores 0, which means {power_text(2, number.exponent)} and no leading 1."
    power = power_text(2, number.exponent)
    return f"{name} stores {stored}, which means {stored} − {bias} = {_minus(number.exponent)}: {power}."


def _shift_sentence(found: Narrowing) -> str:
    if not found.shift:
        return ""
    return (
        f"float16's smallest power of two is {power_text(2, found.result.format.min_exponent)}, so the "
        f"digits first move right by **{count_text(found.shift, 'place')}**. "
    )


def _rounding_sentence(found: Narrowing) -> str:
    """The dropped bits against half of the last kept bit's value, and the outcome."""
    dropped = f"The {found.dropped_count} dropped bits are"
    if found.decision is Decision.EXACT:
        return f"{dropped} all 0: **nothing is lost**."
    return f"{dropped} {_HALVES[found.decision]} of the last kept bit's worth{_ROUNDED[found.decision]}" + (
        " The carry leaves float16's range: the number becomes **infinite**."
        if found.overflows
        else " The carry runs through all kept bits into the exponent."
        if found.carries
        else " No bit that is 1 is left: the number becomes **0**."
        if found.underflows
        else ""
    )


def _minus(number: int) -> str:
    return str(number).replace("-", "−")
