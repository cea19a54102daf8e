"""Binary floating-point formats of any precision, and rounding whole arrays to them.

The numbers of a format, in order of size, have consecutive whole numbers as their *codes* (the bit
patterns without the sign). Every number lies at a fraction between two codes; rounding to nearest,
ties to even is rounding this fraction to a whole number, ties to even.
"""

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class FloatFormat:
    """A binary floating-point format after IEEE 754's pattern.

    Attributes
    ----------
    exponent_bits, mantissa_bits
        Bits of the exponent field, 2 to 11, and of the mantissa field, 0 to 52.
    has_sign
        Whether a bit stores the sign; without one, negative numbers are stored as 0.
    has_infinity
        Whether the largest exponent is kept for infinity and NaN, as IEEE 754 has it. If not, it
        holds ordinary numbers but for the last one, which is NaN (OCP's FP8 E4M3).
    name
        What it is called, if it has a name; formats of the same bits are equal whatever their names.
    """

    exponent_bits: int
    mantissa_bits: int
    has_sign: bool = True
    has_infinity: bool = True
    name: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if not (2 <= self.exponent_bits <= 11 and 0 <= self.mantissa_bits <= 52):
            raise ValueError(f"{self}: exponent bits go from 2 to 11, mantissa bits from 0 to 52.")

    @property
    def title(self) -> str:
        """The name of a format that hardware knows, or else the counts of its bits."""
        known = [name for name, form in PRESETS.items() if form == self]
        return known[0] if known else f"{self.exponent_bits} + {self.mantissa_bits} bits"

    @property
    def width(self) -> int:
        """Number of bits in all."""
        return self.has_sign + self.exponent_bits + self.mantissa_bits

    @property
    def bias(self) -> int:
        """What is added to an exponent before it is stored; in IEEE 754 also the largest finite number's exponent."""
        return (1 << (self.exponent_bits - 1)) - 1

    @property
    def min_exponent(self) -> int:
        """Exponent of the smallest normal number, and of all subnormal ones."""
        return 1 - self.bias

    @property
    def smallest_normal(self) -> float:
        """Smallest number with all of its mantissa bits."""
        return 2.0**self.min_exponent

    @property
    def smallest_positive(self) -> float:
        """Smallest number above 0; it is subnormal if the format has mantissa bits."""
        return 2.0 ** (self.min_exponent - self.mantissa_bits)

    @property
    def largest_finite(self) -> float:
        """Largest finite number."""
        return float(self._decoded(np.float64(self._largest_code)))

    @property
    def infinity_code(self) -> int:
        """Code of IEEE 754's infinity: all ones in the exponent, none in the mantissa."""
        return (1 << self.exponent_bits) - 1 << self.mantissa_bits

    def ulp(self, exponent: int) -> Fraction:
        """Distance between neighbours of this format from ``2**exponent`` on (a unit in the last place)."""
        return Fraction(2) ** (max(exponent, self.min_exponent) - self.mantissa_bits)

    @property
    def _largest_code(self) -> int:
        return self.infinity_code - 1 if self.has_infinity else self.infinity_code + (1 << self.mantissa_bits) - 2

    def rounded(self, values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Each value as the nearest number of the format, which is not finer than float32, ties to the even code.

        Parameters
        ----------
        values : float32, any shape

        Returns
        -------
        float32, same shape
            What is nearer to the number that would follow the largest one: infinity, or NaN in a format
            without infinity (IEEE 754-2019, section 4.3.1; OCP 8-bit floating point, section 5), or
            infinity if only float32 cannot hold it. NaN stays NaN. Of two numbers equally near, the one
            with the even code; with no mantissa bits, where IEEE 754 says nothing of codes, too.
        """
        with np.errstate(invalid="ignore"):  # a signalling NaN, which may be among a stranger's weights, warns
            exact = values.astype(np.float64)
        magnitude = np.abs(exact)
        finite = np.where(np.isfinite(magnitude), magnitude, 0.0)
        # frexp gives a fraction from 0.5 to 1, the pattern one from 1 to 2; of 0 it gives an exponent too large.
        exponent = np.where(finite > 0, np.maximum(np.frexp(finite)[1] - 1, self.min_exponent), self.min_exponent)
        code = np.rint(np.ldexp(finite, self.mantissa_bits - exponent) + self._first_code(exponent))
        beyond = np.inf if self.has_infinity else np.nan
        result = np.where((code > self._largest_code) | np.isinf(magnitude), beyond, self._decoded(code))
        result = np.where(np.isnan(magnitude), np.nan, np.copysign(result, exact))
        if not self.has_sign:
            result = np.where(exact < 0, 0.0, np.abs(result))
        with np.errstate(over="ignore"):
            return result.astype(np.float32)

    def _first_code(self, exponent: npt.NDArray[np.integer]) -> npt.NDArray[np.float64]:
        """Codes skipped by exponents below: the code of x is this plus x in units of the last place."""
        return np.ldexp((exponent - self.min_exponent).astype(np.float64), self.mantissa_bits)

    def _decoded(self, code: npt.NDArray[np.float64] | np.float64) -> npt.NDArray[np.float64]:
        stored = np.floor_divide(code, 2.0**self.mantissa_bits)
        exponent = (np.maximum(stored, 1) - 1 + self.min_exponent).astype(np.int64)
        return np.asarray(np.ldexp(code - self._first_code(exponent), exponent - self.mantissa_bits))


FLOAT64 = FloatFormat(11, 52, name="float64")
FLOAT32 = FloatFormat(8, 23, name="float32")
TF32 = FloatFormat(8, 10, name="TF32")
BFLOAT16 = FloatFormat(8, 7, name="bfloat16")
FLOAT16 = FloatFormat(5, 10, name="float16")
FP8_E5M2 = FloatFormat(5, 2, name="FP8 E5M2")
FP8_E4M3 = FloatFormat(4, 3, has_infinity=False, name="FP8 E4M3")

PRESETS = {form.name: form for form in (FLOAT32, TF32, BFLOAT16, FLOAT16, FP8_E5M2, FP8_E4M3)}
"""Formats that hardware knows: IEEE 754's binary32 and binary16, NVIDIA's TF32, Google's bfloat16, OCP's FP8."""
