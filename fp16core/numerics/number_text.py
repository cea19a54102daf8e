"""Parsing of numbers as people write them, correctly rounded."""

import re
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from fp16core.numerics.bits import BinaryNumber, FloatClass, encode_special, round_to_nearest
from fp16core.numerics.formats import FLOAT16, FLOAT32
from fp16core.numerics.narrowing import narrow
from fp16core.vocabulary import NumberError

MAX_CHARACTERS = 200
"""Longest text that is parsed; enough for the exact decimal expansion of any float32 number."""

_MAX_EXPONENT = 5000
"""Magnitude to which exponents are clamped: with `MAX_CHARACTERS` digits, a larger one also gives infinity or 0."""

_QUIET = 1 << (FLOAT32.mantissa_bits - 1)
"""Mantissa of the usual NaN."""

_DECIMAL = re.compile(r"(?P<sign>[+-]?)(?=\.?\d)(?P<whole>\d*)\.?(?P<part>\d*)(?:e(?P<exponent>[+-]?\d+))?", re.ASCII)
_HEX_FLOAT = re.compile(
    r"(?P<sign>[+-]?)0x(?=\.?[\da-f])(?P<whole>[\da-f]*)\.?(?P<part>[\da-f]*)p(?P<exponent>[+-]?\d+)", re.ASCII
)
_RATIO = re.compile(r"(?P<sign>[+-]?)(?P<whole>\d+)/(?P<divisor>\d+)", re.ASCII)
_SPECIAL = re.compile(r"(?P<sign>[+-]?)(?P<name>nan|inf|infinity|∞)")
_PATTERN = re.compile(r"0x([\da-f]{8}|[\da-f]{4})|0b([01]{32}|[01]{16})", re.ASCII)


@dataclass(frozen=True)
class TypedNumber:
    """A number parsed from text.

    Attributes
    ----------
    text
        The text without surrounding whitespace.
    exact
        Magnitude before rounding; ``None`` if the number is infinite or NaN.
    float32
        The nearest float32 number.
    """

    text: str
    exact: Fraction | None
    float32: BinaryNumber

    @property
    def is_float32(self) -> bool:
        """True if float32 represents the typed number exactly."""
        return self.exact is None or (self.float32.is_finite and abs(self.float32.value) == self.exact)

    @property
    def is_lost_in_float32(self) -> bool:
        """True if a finite, nonzero number overflows or underflows in float32."""
        return bool(self.exact) and self.float32.float_class in (FloatClass.INFINITE, FloatClass.ZERO)

    @property
    def direct_float16(self) -> BinaryNumber:
        """The typed number rounded to float16 directly, rather than by way of float32."""
        if self.exact is None:
            return narrow(self.float32).result
        return round_to_nearest(self.exact, FLOAT16, self.float32.sign)

    @property
    def is_rounded_twice(self) -> bool:
        """True if rounding by way of float32 gives a different float16 number than rounding once (double rounding)."""
        return self.direct_float16 != narrow(self.float32).result


def read_number(text: str) -> TypedNumber:
    """Parse a number and round it once to float32, to nearest, ties to even.

    Accepts decimals (``0.1``, ``-1e-8``), ratios (``1/3``), hexadecimal floats (``0x1.8p-3``), ``inf``, ``nan``,
    and the bits of a float16 or float32 number (``0x3c00``, ``0x3dcccccd``, ``0b0 01111 0000000000``).

    Raises
    ------
    NumberError
        If the text has none of these forms, or is longer than `MAX_CHARACTERS`.
    """
    typed = text.strip()
    if len(typed) > MAX_CHARACTERS:
        raise NumberError(f"This text has {len(typed):,} characters; a number may have at most {MAX_CHARACTERS}.")
    plain = typed.lower().replace("−", "-")
    for pattern, read in ((_DECIMAL, _decimal), (_HEX_FLOAT, _hex_float), (_RATIO, _ratio)):
        if match := pattern.fullmatch(plain):
            exact = read(match)
            return TypedNumber(typed, exact, round_to_nearest(exact, FLOAT32, int(match["sign"] == "-")))
    if match := _SPECIAL.fullmatch(plain):
        quiet = _QUIET if match["name"] == "nan" else 0
        return TypedNumber(typed, None, encode_special(FLOAT32, int(match["sign"] == "-"), quiet))
    if match := _PATTERN.fullmatch(re.sub(r"[ _]", "", plain)):
        number = _stored(match)
        return TypedNumber(typed, abs(number.value) if number.is_finite else None, number)
    raise NumberError(_refusal(typed))


def written(number: BinaryNumber) -> str:
    """Shortest text that `read_number` reads as a float32 number: a decimal, or the bits of an unusual NaN."""
    if number.float_class is FloatClass.NAN and number != encode_special(FLOAT32, 0, _QUIET):
        return number.hex_text
    return str(np.float32(number.as_float)).removesuffix(".0")


def _decimal(match: re.Match[str]) -> Fraction:
    digits = Fraction(int(match["whole"] + match["part"]), 10 ** len(match["part"]))
    return digits * Fraction(10) ** _clamped(match["exponent"] or "0")


def _hex_float(match: re.Match[str]) -> Fraction:
    digits = Fraction(int(match["whole"] + match["part"], 16), 16 ** len(match["part"]))
    return digits * Fraction(2) ** _clamped(match["exponent"])


def _ratio(match: re.Match[str]) -> Fraction:
    if not int(match["divisor"]):
        raise NumberError("The divisor is 0; write inf or nan if you mean one of these.")
    return Fraction(int(match["whole"]), int(match["divisor"]))


def _clamped(exponent: str) -> int:
    return max(-_MAX_EXPONENT, min(int(exponent), _MAX_EXPONENT))


def _stored(match: re.Match[str]) -> BinaryNumber:
    """The float32 number with the value of a float16 or float32 bit pattern."""
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
            f"“{typed}” is neither a hexadecimal float, which ends in an exponent as in 0x1.8p-3, nor a bit pattern of "
            "4 or 8 hexadecimal or 16 or 32 binary digits."
        )
    return f"“{typed}” is not a number; write one such as 0.1, -6e-8, 1/3, 0x1.8p-3, inf or nan."
