"""Numbers as people write them, read without a rounding error."""

import re
from dataclasses import dataclass
from fractions import Fraction

from fp16core.numerics.bits import BinaryNumber, FloatClass, encode_special, round_to_nearest
from fp16core.numerics.formats import FLOAT16, FLOAT32
from fp16core.numerics.narrowing import narrow
from fp16core.vocabulary import NumberError

MAX_CHARACTERS = 200
"""Enough for every digit of any float32 number; what is longer is refused before it is read."""

_MAX_EXPONENT = 5000
"""With `MAX_CHARACTERS` digits before it, a larger exponent only repeats what this one says: infinite, or 0."""

_DECIMAL = re.compile(r"(?P<sign>[+-]?)(?=\.?\d)(?P<whole>\d*)\.?(?P<part>\d*)(?:e(?P<exponent>[+-]?\d+))?", re.ASCII)
_HEX_FLOAT = re.compile(
    r"(?P<sign>[+-]?)0x(?=\.?[\da-f])(?P<whole>[\da-f]*)\.?(?P<part>[\da-f]*)p(?P<exponent>[+-]?\d+)", re.ASCII
)
_RATIO = re.compile(r"(?P<sign>[+-]?)(?P<whole>\d+)/(?P<divisor>\d+)", re.ASCII)
_SPECIAL = re.compile(r"(?P<sign>[+-]?)(?P<name>nan|inf|infinity|∞)")
_PATTERN = re.compile(r"0x([\da-f]{8}|[\da-f]{4})|0b([01]{32}|[01]{16})", re.ASCII)


@dataclass(frozen=True)
class TypedNumber:
    """A number that somebody typed.

    Attributes
    ----------
    text
        As it was typed, without the spaces around it.
    exact
        Its magnitude before any rounding; ``None`` if it is infinite or not a number.
    float32
        The nearest float32 number.
    """

    text: str
    exact: Fraction | None
    float32: BinaryNumber

    @property
    def is_float32(self) -> bool:
        """Whether float32 holds exactly what was typed."""
        return self.exact is None or (self.float32.is_finite and abs(self.float32.value) == self.exact)

    @property
    def is_lost_in_float32(self) -> bool:
        """Whether float32 makes it infinite, or 0, though it is neither."""
        return bool(self.exact) and self.float32.float_class in (FloatClass.INFINITE, FloatClass.ZERO)

    @property
    def direct_float16(self) -> BinaryNumber:
        """The float16 number nearest to what was typed, without the detour through float32."""
        if self.exact is None:
            return narrow(self.float32).result
        return round_to_nearest(self.exact, FLOAT16, self.float32.sign)

    @property
    def is_rounded_twice(self) -> bool:
        """Whether the detour through float32 gives another float16 number than rounding once would."""
        return self.direct_float16 != narrow(self.float32).result


def read_number(text: str) -> TypedNumber:
    """Read a number and round it to float32, once and correctly.

    Takes decimals (``0.1``, ``-1e-8``), ratios (``1/3``), hex floats (``0x1.8p-3``), ``inf``, ``nan``,
    and the bits of a float16 or a float32 number (``0x3c00``, ``0x3dcccccd``, ``0b0 01111 0000000000``).

    Raises
    ------
    NumberError
        If the text is none of these, or longer than `MAX_CHARACTERS`.
    """
    typed = text.strip()
    if len(typed) > MAX_CHARACTERS:
        raise NumberError(f"This text has {len(typed):,} characters; a number may have {MAX_CHARACTERS}.")
    plain = typed.lower().replace("−", "-")
    for pattern, read in ((_DECIMAL, _decimal), (_HEX_FLOAT, _hex_float), (_RATIO, _ratio)):
        if match := pattern.fullmatch(plain):
            exact = read(match)
            return TypedNumber(typed, exact, round_to_nearest(exact, FLOAT32, int(match["sign"] == "-")))
    if match := _SPECIAL.fullmatch(plain):
        quiet = 1 << (FLOAT32.mantissa_bits - 1) if match["name"] == "nan" else 0
        return TypedNumber(typed, None, encode_special(FLOAT32, int(match["sign"] == "-"), quiet))
    if match := _PATTERN.fullmatch(re.sub(r"[ _]", "", plain)):
        number = _stored(match)
        return TypedNumber(typed, abs(number.value) if number.is_finite else None, number)
    raise NumberError(_refusal(typed))


def _decimal(match: re.Match[str]) -> Fraction:
    digits = Fraction(int(match["whole"] + match["part"]), 10 ** len(match["part"]))
    return digits * Fraction(10) ** _clamped(match["exponent"] or "0")


def _hex_float(match: re.Match[str]) -> Fraction:
    digits = Fraction(int(match["whole"] + match["part"], 16), 16 ** len(match["part"]))
    return digits * Fraction(2) ** _clamped(match["exponent"])


def _ratio(match: re.Match[str]) -> Fraction:
    if not int(match["divisor"]):
        raise NumberError("Nothing can be divided by 0; write inf or nan if you mean these.")
    return Fraction(int(match["whole"]), int(match["divisor"]))


def _clamped(exponent: str) -> int:
    return max(-_MAX_EXPONENT, min(int(exponent), _MAX_EXPONENT))


def _stored(match: re.Match[str]) -> BinaryNumber:
    """The float32 number of a bit pattern: its own, or the equal of a float16 number."""
    hexadecimal, binary = match.groups()
    bits = int(hexadecimal, 16) if hexadecimal else int(binary, 2)
    if len(hexadecimal or "") == 8 or len(binary or "") == 32:
        return BinaryNumber(FLOAT32, bits)
    half = BinaryNumber(FLOAT16, bits)
    if half.is_finite:
        return round_to_nearest(abs(half.value), FLOAT32, half.sign)
    return encode_special(FLOAT32, half.sign, half.mantissa << (FLOAT32.mantissa_bits - FLOAT16.mantissa_bits))


def _refusal(typed: str) -> str:
    if not typed:
        return "Type a number, such as 0.1."
    if "," in typed:
        return f"“{typed}” has a comma; write 0.1 with a point, and 65504 without a separator."
    if typed.lower().startswith(("0x", "0b")):
        return (
            f"“{typed}” is neither a hex float, which ends in an exponent as in 0x1.8p-3, nor the bits of a number: "
            "4 or 8 hexadecimal, 16 or 32 binary digits."
        )
    return f"“{typed}” is not a number; write it as in 0.1, -6e-8, 1/3, 0x1.8p-3, inf or nan."
