"""Rounding of one number to a narrower format, bit by bit: which bits are kept, which dropped, and why."""

import math
from dataclasses import dataclass
from enum import Enum, auto
from fractions import Fraction

from fp16core.numerics.bits import BinaryNumber, FloatClass, encode, encode_special
from fp16core.numerics.formats import FLOAT16, FloatFormat


class Decision(Enum):
    """Outcome of rounding to nearest, ties to even (IEEE 754-2019, section 4.3.1), by the value of the dropped bits."""

    EXACT = auto()
    BELOW_HALF = auto()
    ABOVE_HALF = auto()
    TIE_STAYS = auto()
    TIE_MOVES = auto()
    OVERFLOW = auto()
    NOT_FINITE = auto()

    @property
    def adds_one(self) -> bool:
        """True if 1 is added to the last kept bit."""
        return self in (Decision.ABOVE_HALF, Decision.TIE_MOVES)

    @property
    def is_tie(self) -> bool:
        """True if both neighbours are equally near."""
        return self in (Decision.TIE_STAYS, Decision.TIE_MOVES)


@dataclass(frozen=True)
class Deviation:
    """Signed error ``outcome − source`` of a number that approximates another.

    Attributes
    ----------
    exact
        The error; ``None`` if either number is not finite.
    absolute
        The error as a float: infinite if exactly one number is infinite, NaN if either is NaN.
    relative
        ``|outcome − source| / |source|``; 0 if the numbers are equal.
    ulps
        The error in units in the last place of the outcome's format, at the exponent of the source.
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
        The number before and after rounding.
    decision
        Outcome of rounding to nearest.
    shift
        Bits by which the significand is shifted right before truncation because the source's exponent is
        below the narrower format's smallest; 0 unless the result is subnormal or 0.
    kept, dropped
        The significand's bits before and after the point of truncation, as integers.
    """

    source: BinaryNumber
    result: BinaryNumber
    decision: Decision
    shift: int
    kept: int
    dropped: int

    @property
    def dropped_count(self) -> int:
        """Number of dropped bits."""
        return self.source.format.mantissa_bits - self.result.format.mantissa_bits + self.shift

    @property
    def kept_digits(self) -> str:
        """Kept bits as binary digits: the hidden bit, then the mantissa."""
        return format(self.kept, f"0{self.result.format.mantissa_bits + 1}b")

    @property
    def dropped_digits(self) -> str:
        """Dropped bits as binary digits."""
        return format(self.dropped, f"0{self.dropped_count}b")

    @property
    def carries(self) -> bool:
        """True if adding 1 carries through all kept bits into the exponent."""
        return self.decision.adds_one and self.result.biased_exponent > self.towards_zero.biased_exponent

    @property
    def overflows(self) -> bool:
        """True if a finite number became infinite, or NaN in a format without infinity."""
        return self.source.is_finite and not self.result.is_finite

    @property
    def underflows(self) -> bool:
        """True if a nonzero number became 0."""
        return self.source.float_class is not FloatClass.ZERO and self.result.float_class is FloatClass.ZERO

    @property
    def towards_zero(self) -> BinaryNumber:
        """The source rounded toward zero, by truncation."""
        to = self.result.format
        exponent = max(self.source.exponent, to.min_exponent)
        cut = encode(to, self.source.sign, exponent, self.kept)
        largest = (self.source.sign << (to.width - 1)) | to.largest_code
        return BinaryNumber(to, min(cut.bits, largest))

    @property
    def away_from_zero(self) -> BinaryNumber:
        """The next number of the narrower format away from zero."""
        return BinaryNumber(self.result.format, self.towards_zero.bits + 1)

    @property
    def midpoint(self) -> Fraction:
        """Midpoint of the two neighbours, where the decision changes."""
        return (self.towards_zero.position + self.away_from_zero.position) / 2

    @property
    def neighbours(self) -> tuple[BinaryNumber, ...]:
        """Numbers of the narrower format around a finite source in rising order: at most two on each side.

        Positions are distinct: there is no number beyond infinity, and only one of the two zeros is listed.
        """
        lower, upper = sorted((self.towards_zero, self.away_from_zero), key=lambda number: number.position)
        around = (lower.stepped(-1), lower, upper, upper.stepped(1))
        return tuple({number.position: number for number in around}.values())

    @property
    def rounding_interval(self) -> tuple[float, float]:
        """Ends of the interval of real numbers that round to the result of a finite source."""
        result = self.result
        start, end = (float((result.stepped(steps).position + result.position) / 2) for steps in (-1, 1))
        if result.float_class is FloatClass.INFINITE:
            return (-math.inf, end) if result.sign else (start, math.inf)
        return start, end

    @property
    def deviation(self) -> Deviation:
        """The rounding error."""
        return deviation(self.source, self.result)


def narrow(source: BinaryNumber, to: FloatFormat = FLOAT16) -> Narrowing:
    """Round a number to a narrower format, to nearest, ties to even.

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
    if source.exponent > to.max_exponent:
        decision = Decision.OVERFLOW
    exponent = max(source.exponent, to.min_exponent)
    result = encode(to, source.sign, exponent, kept + decision.adds_one)
    return Narrowing(source, result, decision, shift, kept, dropped)


def deviation(source: BinaryNumber, outcome: BinaryNumber) -> Deviation:
    """Error of ``outcome`` as an approximation of ``source``."""
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
    """Convert infinity or NaN; a NaN keeps its sign and leading payload bits, and becomes quiet, as hardware does."""
    dropped_count = source.format.mantissa_bits - to.mantissa_bits
    kept, dropped = divmod(source.mantissa, 1 << dropped_count)
    quiet = 1 << (to.mantissa_bits - 1) if source.float_class is FloatClass.NAN else 0
    return Narrowing(source, encode_special(to, source.sign, kept | quiet), Decision.NOT_FINITE, 0, kept, dropped)
