"""How one float32 number becomes a float16 number: which bits are kept, which dropped, and who decides."""

import math
from dataclasses import dataclass
from enum import Enum, auto
from fractions import Fraction

from fp16core.numerics.bits import BinaryNumber, FloatClass, encode, encode_special
from fp16core.numerics.formats import FLOAT16, FloatFormat


class Decision(Enum):
    """What the dropped bits say about the kept ones (IEEE 754, round to nearest, ties to even)."""

    EXACT = auto()
    BELOW_HALF = auto()
    ABOVE_HALF = auto()
    TIE_STAYS = auto()
    TIE_MOVES = auto()
    OVERFLOW = auto()
    NOT_FINITE = auto()

    @property
    def adds_one(self) -> bool:
        """Whether 1 is added to the last kept bit."""
        return self in (Decision.ABOVE_HALF, Decision.TIE_MOVES)

    @property
    def is_tie(self) -> bool:
        """Whether both neighbours were equally near."""
        return self in (Decision.TIE_STAYS, Decision.TIE_MOVES)


@dataclass(frozen=True)
class Deviation:
    """How far one number is from the number it stands for: ``outcome − source``.

    Attributes
    ----------
    exact
        The difference; ``None`` if one of the two is not finite.
    absolute
        The same as a float; infinite if only one of the two is, NaN if one is not a number.
    relative
        Its magnitude as a share of the source; 0 if there is no difference.
    ulps
        In units of the outcome's last place, as its format spaces its numbers around the source.
    """

    exact: Fraction | None
    absolute: float
    relative: float
    ulps: float


@dataclass(frozen=True)
class Narrowing:
    """The rounding of one number to a narrower format.

    Attributes
    ----------
    source, result
        The number, and what the narrower format makes of it.
    decision
        Why.
    shift
        Places that the significand is moved right before it is cut, because the narrower format
        has no smaller exponent; 0 unless the result is subnormal or 0.
    kept, dropped
        The significand left and right of the cut, as whole numbers.
    """

    source: BinaryNumber
    result: BinaryNumber
    decision: Decision
    shift: int
    kept: int
    dropped: int

    @property
    def dropped_count(self) -> int:
        """Number of bits right of the cut."""
        return self.source.format.mantissa_bits - self.result.format.mantissa_bits + self.shift

    @property
    def kept_digits(self) -> str:
        """Binary digits left of the cut: the hidden bit's place and the mantissa's."""
        return format(self.kept, f"0{self.result.format.mantissa_bits + 1}b")

    @property
    def dropped_digits(self) -> str:
        """Binary digits right of the cut."""
        return format(self.dropped, f"0{self.dropped_count}b")

    @property
    def carries(self) -> bool:
        """Whether adding 1 ran through all kept bits, so that the exponent grew."""
        return self.decision.adds_one and self.result.biased_exponent > self.towards_zero.biased_exponent

    @property
    def overflows(self) -> bool:
        """Whether a finite number became infinite."""
        return self.source.is_finite and self.result.float_class is FloatClass.INFINITE

    @property
    def underflows(self) -> bool:
        """Whether a number other than 0 became 0."""
        return self.source.float_class is not FloatClass.ZERO and self.result.float_class is FloatClass.ZERO

    @property
    def towards_zero(self) -> BinaryNumber:
        """The neighbour that cutting alone gives: the source's equal, or the next number nearer to 0."""
        to = self.result.format
        exponent = max(self.source.exponent, to.min_exponent)
        cut = encode(to, self.source.sign, exponent, self.kept)
        largest = (self.source.sign << (to.width - 1)) | (to.infinity_code - 1)
        return BinaryNumber(to, min(cut.bits, largest))

    @property
    def away_from_zero(self) -> BinaryNumber:
        """The neighbour that adding 1 gives."""
        return BinaryNumber(self.result.format, self.towards_zero.bits + 1)

    @property
    def midpoint(self) -> Fraction:
        """Half-way between both neighbours, where the decision changes."""
        return (self.towards_zero.position + self.away_from_zero.position) / 2

    @property
    def deviation(self) -> Deviation:
        """The rounding error."""
        return deviation(self.source, self.result)


def narrow(source: BinaryNumber, to: FloatFormat = FLOAT16) -> Narrowing:
    """Round a number to a narrower format, to the nearest number, ties to the even one.

    Parameters
    ----------
    source
        In a format with more mantissa bits than ``to``.
    to
        The narrower format.
    """
    if not source.is_finite:
        return _copied(source, to)
    shift = max(0, to.min_exponent - source.exponent)
    dropped_count = source.format.mantissa_bits - to.mantissa_bits + shift
    kept, dropped = divmod(source.significand, 1 << dropped_count)
    decision = _decide(kept, dropped, half=1 << (dropped_count - 1))
    if source.exponent > to.bias:
        decision = Decision.OVERFLOW
    exponent = max(source.exponent, to.min_exponent)
    result = encode(to, source.sign, exponent, kept + decision.adds_one)
    return Narrowing(source, result, decision, shift, kept, dropped)


def deviation(source: BinaryNumber, outcome: BinaryNumber) -> Deviation:
    """How far ``outcome`` is from ``source``."""
    if FloatClass.NAN in (source.float_class, outcome.float_class):
        return Deviation(None, math.nan, math.nan, math.nan)
    if source.is_finite and outcome.is_finite:
        exact = outcome.value - source.value
        relative = float(abs(exact / source.value)) if source.value else 0.0 if not exact else math.inf
        return Deviation(exact, float(exact), relative, float(exact / outcome.format.ulp(source.exponent)))
    if outcome.as_float == source.as_float:
        return Deviation(None, 0.0, 0.0, 0.0)
    away = outcome.as_float - source.as_float
    return Deviation(None, away, math.inf, away)


def _decide(kept: int, dropped: int, half: int) -> Decision:
    if dropped == 0:
        return Decision.EXACT
    if dropped == half:
        return Decision.TIE_MOVES if kept % 2 else Decision.TIE_STAYS
    return Decision.ABOVE_HALF if dropped > half else Decision.BELOW_HALF


def _copied(source: BinaryNumber, to: FloatFormat) -> Narrowing:
    """Infinity stays infinity; a NaN keeps its sign and its first mantissa bits, of which the first is set (quiet)."""
    dropped_count = source.format.mantissa_bits - to.mantissa_bits
    kept, dropped = divmod(source.mantissa, 1 << dropped_count)
    quiet = 1 << (to.mantissa_bits - 1) if source.float_class is FloatClass.NAN else 0
    return Narrowing(source, encode_special(to, source.sign, kept | quiet), Decision.NOT_FINITE, 0, kept, dropped)
