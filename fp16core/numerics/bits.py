"""Binary floating-point numbers taken apart: sign, exponent, mantissa and exact value (IEEE 754-2019, section 3.4)."""

import math
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

import ml_dtypes
import numpy as np
import numpy.typing as npt

from fp16core.numerics.formats import BFLOAT16, FLOAT16, FLOAT32, FLOAT64, FloatFormat


class FloatClass(Enum):
    """What a bit pattern stands for."""

    ZERO = "zero"
    SUBNORMAL = "subnormal"
    NORMAL = "normal"
    INFINITE = "infinite"
    NAN = "not a number"


_FORMATS = {
    np.dtype(np.float64): FLOAT64,
    np.dtype(np.float32): FLOAT32,
    np.dtype(np.float16): FLOAT16,
    np.dtype(ml_dtypes.bfloat16): BFLOAT16,
}


@dataclass(frozen=True)
class BinaryNumber:
    """A number as its bits."""

    format: FloatFormat
    bits: int

    @property
    def sign(self) -> int:
        """The sign bit: 1 for negative numbers, and for −0."""
        return self.bits >> (self.format.width - 1)

    @property
    def biased_exponent(self) -> int:
        """The exponent's field as it is stored: with the bias, or 0, or all ones."""
        return (self.bits & self.format.infinity_code) >> self.format.mantissa_bits

    @property
    def mantissa(self) -> int:
        """The mantissa's field: the significand without its leading 1."""
        return self.bits & ((1 << self.format.mantissa_bits) - 1)

    @property
    def float_class(self) -> FloatClass:
        """What the bits stand for."""
        if self.bits & self.format.infinity_code == self.format.infinity_code:
            return FloatClass.NAN if self.mantissa else FloatClass.INFINITE
        if self.biased_exponent:
            return FloatClass.NORMAL
        return FloatClass.SUBNORMAL if self.mantissa else FloatClass.ZERO

    @property
    def is_finite(self) -> bool:
        """Whether it is neither infinite nor NaN."""
        return self.float_class not in (FloatClass.INFINITE, FloatClass.NAN)

    @property
    def hidden_bit(self) -> int:
        """The digit before the point, which is not stored: 0 for zero and subnormal numbers, otherwise 1."""
        return int(self.biased_exponent > 0)

    @property
    def exponent(self) -> int:
        """The power of two that the significand is scaled by."""
        return max(self.biased_exponent, 1) - self.format.bias

    @property
    def significand(self) -> int:
        """Hidden bit and mantissa as one whole number: the magnitude in units of ``format.ulp(exponent)``."""
        return (self.hidden_bit << self.format.mantissa_bits) | self.mantissa

    @property
    def value(self) -> Fraction:
        """The exact value of a finite number (−0 gives 0); raises `ValueError` for the others."""
        if not self.is_finite:
            raise ValueError(f"{self.float_class.value} has no value")
        magnitude = self.significand * self.format.ulp(self.exponent)
        return -magnitude if self.sign else magnitude

    @property
    def as_float(self) -> float:
        """The number as a Python float, which holds it exactly."""
        if self.is_finite:
            return math.copysign(float(abs(self.value)), -self.sign or 1)
        return math.nan if self.float_class is FloatClass.NAN else math.copysign(math.inf, -self.sign or 1)

    @property
    def position(self) -> Fraction:
        """Where it belongs on a number line: its value; for infinity, where the next finite number would be."""
        if self.float_class is FloatClass.INFINITE:
            magnitude = Fraction(1 << (self.format.bias + 1))
            return -magnitude if self.sign else magnitude
        return self.value

    @property
    def fields(self) -> tuple[str, str, str]:
        """Sign, exponent and mantissa as binary digits."""
        digits = format(self.bits, f"0{self.format.width}b")
        end = 1 + self.format.exponent_bits
        return digits[0], digits[1:end], digits[end:]

    @property
    def hex_text(self) -> str:
        """The bits as a hexadecimal number: ``0x3c00``."""
        return f"0x{self.bits:0{self.format.width // 4}x}"

    @property
    def decimal_text(self) -> str:
        """The exact value, every digit of it: ``0.0999755859375``; or ``−0``, ``∞``, ``not a number``."""
        if self.float_class is FloatClass.NAN:
            return "not a number"
        magnitude = "∞" if self.float_class is FloatClass.INFINITE else exact_text(abs(self.value))
        return f"−{magnitude}" if self.sign else magnitude

    @property
    def significand_text(self) -> str:
        """The significand as a decimal number from 0 to 2, every digit of it."""
        return exact_text(Fraction(self.significand, 1 << self.format.mantissa_bits))

    def stepped(self, steps: int) -> "BinaryNumber":
        """The number ``steps`` further up on the format's grid, at most an infinity; −0 and 0 are one place."""
        magnitude = self.bits & ((1 << (self.format.width - 1)) - 1)
        place = (-magnitude if self.sign else magnitude) + steps
        return BinaryNumber(
            self.format, (int(place < 0) << (self.format.width - 1)) | min(abs(place), self.format.infinity_code)
        )


def number_at(values: npt.NDArray[np.floating], index: int) -> BinaryNumber:
    """One element of an array, as its bits.

    Parameters
    ----------
    values : float64, float32, float16 or bfloat16, any shape
    index
        Position among the values in C order.
    """
    element = values.ravel()[index : index + 1]
    return BinaryNumber(_FORMATS[values.dtype], int.from_bytes(element.astype(element.dtype).tobytes(), "little"))


def encode(to: FloatFormat, sign: int, exponent: int, significand: int) -> BinaryNumber:
    """The number ``±significand × ulp(exponent)``, or infinity if that is too large.

    Parameters
    ----------
    to
        A format with sign and infinity.
    sign
        1 for negative.
    exponent
        At least the format's smallest.
    significand
        With its leading 1, so below ``2 ** (mantissa_bits + 1)``, or just that, as rounding up
        may leave it. Adding it to the exponent's field lets the leading 1 count as one step of
        the exponent: subnormal numbers, which have none, and carries need no case of their own.
    """
    magnitude = ((exponent - to.min_exponent) << to.mantissa_bits) + significand
    return BinaryNumber(to, (sign << (to.width - 1)) | min(magnitude, to.infinity_code))


def encode_special(to: FloatFormat, sign: int, mantissa: int = 0) -> BinaryNumber:
    """An infinity, or with a mantissa a NaN."""
    return BinaryNumber(to, (sign << (to.width - 1)) | to.infinity_code | mantissa)


def round_to_nearest(magnitude: Fraction, to: FloatFormat, sign: int = 0) -> BinaryNumber:
    """The number of a format nearest to an exact one, to the even neighbour if two are equally near.

    Parameters
    ----------
    magnitude
        At least 0.
    to
        The format.
    sign
        1 for negative.
    """
    if magnitude == 0:
        return encode(to, sign, to.min_exponent, 0)
    exponent = magnitude.numerator.bit_length() - magnitude.denominator.bit_length()
    if magnitude < Fraction(2) ** exponent:
        exponent -= 1
    # Python rounds fractions half to even.
    return encode(to, sign, max(exponent, to.min_exponent), round(magnitude / to.ulp(exponent)))


def exact_text(value: Fraction) -> str:
    """All decimal digits of a fraction whose denominator is a power of two."""
    sign = "−" if value < 0 else ""
    places = value.denominator.bit_length() - 1
    digits = str(int(abs(value.numerator) * 5**places)).zfill(places + 1)  # n / 2ᵏ = n·5ᵏ / 10ᵏ
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)
