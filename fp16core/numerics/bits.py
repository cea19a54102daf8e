"""Binary floating-point numbers as sign, exponent and mantissa, and their exact values (IEEE 754-2019, section 3.4).

A finite number has the value ``(−1)^sign · significand · 2^(exponent − mantissa_bits)``, with the significand
as an integer.
"""

import math
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

import ml_dtypes
import numpy as np
import numpy.typing as npt

from fp16core.numerics.formats import BFLOAT16, FLOAT16, FLOAT32, FLOAT64, FloatFormat


class FloatClass(Enum):
    """Classes of floating-point data (IEEE 754-2019, section 5.7.2), without regard to sign or to quiet bits."""

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
    """A bit pattern in a floating-point format.

    Attributes
    ----------
    format
        Layout of the bits.
    bits
        The pattern as an unsigned integer, the sign bit first.
    """

    format: FloatFormat
    bits: int

    @property
    def sign(self) -> int:
        """Sign bit: 1 for negative numbers, including −0."""
        return self.bits >> (self.format.width - 1)

    @property
    def biased_exponent(self) -> int:
        """Exponent field as stored; 0 marks zero and subnormal numbers, all ones mark infinity and NaN."""
        return (self.bits & self.format.infinity_code) >> self.format.mantissa_bits

    @property
    def mantissa(self) -> int:
        """Mantissa field as stored (IEEE 754's *trailing significand*): the significand without the hidden bit."""
        return self.bits & ((1 << self.format.mantissa_bits) - 1)

    @property
    def float_class(self) -> FloatClass:
        """Class of the number."""
        code = self.bits & ((1 << (self.format.width - 1)) - 1)
        if code > self.format.largest_code:
            is_infinite = self.format.has_infinity and code == self.format.infinity_code
            return FloatClass.INFINITE if is_infinite else FloatClass.NAN
        if self.biased_exponent:
            return FloatClass.NORMAL
        return FloatClass.SUBNORMAL if self.mantissa else FloatClass.ZERO

    @property
    def is_finite(self) -> bool:
        """True if the number is neither infinite nor NaN."""
        return self.float_class not in (FloatClass.INFINITE, FloatClass.NAN)

    @property
    def hidden_bit(self) -> int:
        """Leading bit of the significand, which is implied rather than stored: 0 for zero and subnormals, else 1."""
        return int(self.biased_exponent > 0)

    @property
    def exponent(self) -> int:
        """Unbiased exponent; zero and subnormal numbers share that of the smallest normal number."""
        return max(self.biased_exponent, 1) - self.format.bias

    @property
    def significand(self) -> int:
        """Hidden bit and mantissa as one integer: the magnitude in units of ``format.ulp(exponent)``."""
        return (self.hidden_bit << self.format.mantissa_bits) | self.mantissa

    @property
    def value(self) -> Fraction:
        """Exact value of a finite number; −0 gives 0.

        Raises
        ------
        ValueError
            If the number is infinite or NaN.
        """
        if not self.is_finite:
            raise ValueError(f"a number that is {self.float_class.value} has no exact value.")
        magnitude = self.significand * self.format.ulp(self.exponent)
        return -magnitude if self.sign else magnitude

    @property
    def as_float(self) -> float:
        """The number as a Python float, which represents it exactly."""
        if self.is_finite:
            return math.copysign(float(abs(self.value)), -self.sign or 1)
        return math.nan if self.float_class is FloatClass.NAN else math.copysign(math.inf, -self.sign or 1)

    @property
    def position(self) -> Fraction:
        """Position on a number line: the value, or for infinity the value that the next exponent would have had.

        This is the threshold from which rounding to nearest treats infinity as a neighbour (IEEE 754-2019,
        section 4.3.1).
        """
        if self.float_class is FloatClass.INFINITE:
            magnitude = Fraction(1 << (self.format.bias + 1))
            return -magnitude if self.sign else magnitude
        return self.value

    @property
    def fields(self) -> tuple[str, str, str]:
        """Sign, exponent and mantissa fields as binary digits."""
        digits = format(self.bits, f"0{self.format.width}b")
        end = 1 + self.format.exponent_bits
        return digits[0], digits[1:end], digits[end:]

    @property
    def hex_text(self) -> str:
        """The bits in hexadecimal, such as ``0x3c00``."""
        return f"0x{self.bits:0{self.format.width // 4}x}"

    @property
    def decimal_text(self) -> str:
        """Exact decimal expansion, such as ``0.0999755859375``; or ``−0``, ``∞``, ``not a number``."""
        if self.float_class is FloatClass.NAN:
            return "not a number"
        magnitude = "∞" if self.float_class is FloatClass.INFINITE else exact_text(abs(self.value))
        return f"−{magnitude}" if self.sign else magnitude

    @property
    def significand_text(self) -> str:
        """Exact decimal expansion of the significand, scaled to the range from 0 to 2."""
        return exact_text(Fraction(self.significand, 1 << self.format.mantissa_bits))

    def stepped(self, steps: int) -> "BinaryNumber":
        """The number ``steps`` above this one in the format's grid, saturating beyond the largest finite one.

        −0 and 0 count as one.
        """
        magnitude = self.bits & ((1 << (self.format.width - 1)) - 1)
        rank = (-magnitude if self.sign else magnitude) + steps
        return BinaryNumber(
            self.format, (int(rank < 0) << (self.format.width - 1)) | min(abs(rank), self.format.overflow_code)
        )


def number_at(values: npt.NDArray[np.floating], index: int) -> BinaryNumber:
    """Bit pattern of one array element.

    Parameters
    ----------
    values : float64, float32, float16 or bfloat16, any shape
    index
        Flat index in C order.
    """
    element = values.ravel()[index : index + 1]
    return BinaryNumber(_FORMATS[values.dtype], int.from_bytes(element.astype(element.dtype).tobytes(), "little"))


def encode(to: FloatFormat, sign: int, exponent: int, significand: int) -> BinaryNumber:
    """Encode ``±significand · ulp(exponent)``, or infinity (NaN where there is none) if that overflows.

    Parameters
    ----------
    to
        A format with a sign bit.
    sign
        1 for negative.
    exponent
        Unbiased; at least ``to.min_exponent``.
    significand
        Including the hidden bit, at most ``2 ** (mantissa_bits + 1)``, which is reached when rounding
        up carries out of the last bit.
    """
    # The hidden bit is added to the exponent field, where it counts as one step: neither subnormal numbers, which
    # have none, nor carries need a case of their own.
    magnitude = ((exponent - to.min_exponent) << to.mantissa_bits) + significand
    return BinaryNumber(to, (sign << (to.width - 1)) | min(magnitude, to.overflow_code))


def encode_special(to: FloatFormat, sign: int, mantissa: int = 0) -> BinaryNumber:
    """Encode an infinity, or a NaN if the mantissa is not 0 or the format has no infinity."""
    code = to.infinity_code | mantissa if to.has_infinity else to.overflow_code
    return BinaryNumber(to, (sign << (to.width - 1)) | code)


def round_to_nearest(magnitude: Fraction, to: FloatFormat, sign: int = 0) -> BinaryNumber:
    """Round an exact value to nearest, ties to even.

    Parameters
    ----------
    magnitude
        Absolute value.
    to
        A format with a sign bit.
    sign
        1 for negative.
    """
    if magnitude == 0:
        return encode(to, sign, to.min_exponent, 0)
    exponent = magnitude.numerator.bit_length() - magnitude.denominator.bit_length()
    if magnitude < Fraction(2) ** exponent:
        exponent -= 1
    # round() of a Fraction rounds half to even.
    return encode(to, sign, max(exponent, to.min_exponent), round(magnitude / to.ulp(exponent)))


def exact_text(value: Fraction) -> str:
    """Exact decimal expansion of a fraction whose denominator is a power of two."""
    sign = "−" if value < 0 else ""
    places = value.denominator.bit_length() - 1
    digits = str(int(abs(value.numerator) * 5**places)).zfill(places + 1)  # n / 2ᵏ = n·5ᵏ / 10ᵏ
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)
