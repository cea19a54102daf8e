"""Binary floating-point formats of any precision, and rounding of arrays to them.

The non-negative numbers of a format, in ascending order, have consecutive integers as their *codes* (the bit
patterns without the sign). The code extends linearly to the reals between two neighbours, so rounding a value to
nearest, ties to even, amounts to rounding its fractional code to an integer, ties to even.
"""

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class FloatFormat:
    """A binary floating-point format modelled on IEEE 754.

    Attributes
    ----------
    exponent_bits, mantissa_bits
        Widths of the exponent field, 2 to 11 bits, and of the mantissa field, 0 to 52 bits.
    has_sign
        True if one bit stores the sign; without it, negative values round to 0.
    has_infinity
        True if the largest exponent is reserved for infinity and NaN, as in IEEE 754. If false, it
        encodes finite numbers except for the last code, which is NaN (OCP FP8 E4M3).
    name
        Common name, if any; ignored in comparisons.
    """

    exponent_bits: int
    mantissa_bits: int
    has_sign: bool = True
    has_infinity: bool = True
    name: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if not (2 <= self.exponent_bits <= 11 and 0 <= self.mantissa_bits <= 52):
            raise ValueError(f"{self} is not supported; expected 2 to 11 exponent bits and 0 to 52 mantissa bits.")

    @property
    def title(self) -> str:
        """Name of the preset with these bits, or the widths of the fields if there is none."""
        known = [name for name, preset in PRESETS.items() if preset == self]
        return known[0] if known else f"{self.exponent_bits} + {self.mantissa_bits} bits"

    @property
    def width(self) -> int:
        """Total number of bits."""
        return self.has_sign + self.exponent_bits + self.mantissa_bits

    @property
    def bias(self) -> int:
        """Offset added to an exponent before storing it; with infinity, also the largest finite number's exponent."""
        return (1 << (self.exponent_bits - 1)) - 1

    @property
    def min_exponent(self) -> int:
        """Exponent of the smallest normal number and of all subnormal numbers (IEEE 754's *emin*)."""
        return 1 - self.bias

    @property
    def smallest_normal(self) -> float:
        """Smallest number with full precision, ``2^min_exponent``."""
        return 2.0**self.min_exponent

    @property
    def smallest_positive(self) -> float:
        """Smallest number above 0, ``2^(min_exponent − mantissa_bits)``; subnormal if there are mantissa bits."""
        return 2.0 ** (self.min_exponent - self.mantissa_bits)

    @property
    def largest_finite(self) -> float:
        """Largest finite number."""
        return float(self._decoded(np.float64(self.largest_code)))

    @property
    def infinity_code(self) -> int:
        """Code of infinity in IEEE 754: all ones in the exponent field, zeros in the mantissa field."""
        return (1 << self.exponent_bits) - 1 << self.mantissa_bits

    def ulp(self, exponent: int) -> Fraction:
        """Unit in the last place: spacing of the format's numbers from ``2^exponent`` to ``2^(exponent + 1)``."""
        return Fraction(2) ** (max(exponent, self.min_exponent) - self.mantissa_bits)

    @property
    def largest_code(self) -> int:
        """Code of the largest finite number."""
        return self.infinity_code - 1 if self.has_infinity else self.infinity_code + (1 << self.mantissa_bits) - 2

    @property
    def overflow_code(self) -> int:
        """Code of what lies beyond the largest finite number: infinity, or NaN in a format without infinity."""
        return self.largest_code + 1

    @property
    def max_exponent(self) -> int:
        """Exponent of the largest finite number (IEEE 754's *emax*)."""
        return self.bias if self.has_infinity else self.bias + 1

    def rounded(self, values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Round to the nearest number of the format, ties to the even code.

        Parameters
        ----------
        values : float32, any shape
            The format must be no finer than float32.

        Returns
        -------
        float32, same shape
            Values that round beyond the largest finite number become infinite, or NaN in a format without
            infinity (IEEE 754-2019, section 4.3.1; OCP 8-bit floating point, section 5). Results too large for
            float32 become infinite as well. NaN stays NaN. Ties go to the even code even without mantissa
            bits, a case that IEEE 754 does not define.
        """
        with np.errstate(invalid="ignore"):  # a signalling NaN, which an uploaded file may contain, raises a warning
            exact = values.astype(np.float64)
        magnitude = np.abs(exact)
        finite = np.where(np.isfinite(magnitude), magnitude, 0.0)
        # frexp normalizes to [0.5, 1), IEEE 754 to [1, 2); for 0, frexp returns an exponent that is too large.
        exponent = np.where(finite > 0, np.maximum(np.frexp(finite)[1] - 1, self.min_exponent), self.min_exponent)
        code = np.rint(np.ldexp(finite, self.mantissa_bits - exponent) + self._first_code(exponent))
        beyond = np.inf if self.has_infinity else np.nan
        result = np.where((code > self.largest_code) | np.isinf(magnitude), beyond, self._decoded(code))
        result = np.where(np.isnan(magnitude), np.nan, np.copysign(result, exact))
        if not self.has_sign:
            result = np.where(exact < 0, 0.0, np.abs(result))
        with np.errstate(over="ignore"):
            return result.astype(np.float32)

    def _first_code(self, exponent: npt.NDArray[np.integer]) -> npt.NDArray[np.float64]:
        """Offset between the code of a number x with this exponent and ``x / ulp``."""
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

PRESETS = {preset.name: preset for preset in (FLOAT32, TF32, BFLOAT16, FLOAT16, FP8_E5M2, FP8_E4M3)}
"""Formats supported by hardware: IEEE 754 binary32 and binary16, NVIDIA TF32, Google bfloat16, and OCP FP8."""
