"""Latency of both files, from times that were measured in turns.

A verdict follows from an interval, and is held against a control: the same float32 file, loaded a second time. Where
it lies in memory and in which order it is called differ, and nothing else does; what that shows is no difference.
"""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

import numpy as np
import numpy.typing as npt

from fp16core.modes.measured import today
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.runtime.gpu_log import Adapter
from fp16core.text import percent_text

Times = npt.NDArray[np.float64]

REFERENCE, TARGET, CONTROL, TWIN = "reference", "target", "control", "float32 arithmetic"
"""Timed entries: either file, the float32 file once more, and the float16 file in the mode's float32 counterpart."""

_RESAMPLES, _INTERVAL = 2_000, (0.5, 99.5)


@dataclass(frozen=True)
class Timing:
    """Times of single calls: their median and quartiles, in microseconds."""

    median_us: float
    low_us: float
    high_us: float
    calls: int


@dataclass(frozen=True)
class PairedRatio:
    """Ratio of two times, from calls made in the same turn.

    Attributes
    ----------
    value
        Median of the ratios of such pairs.
    low, high
        Limits of its 99 % bootstrap interval: with a dozen of them on a page, one in twenty would be wrong too often.
    """

    value: float
    low: float
    high: float


class Difference(Enum):
    """Verdict that follows from an interval."""

    NONE = "no measurable difference on this machine"
    SLOWER = "slower"
    FASTER = "faster"


@dataclass(frozen=True, eq=False)
class Latency:
    """Times of one mode and one batch size.

    Attributes
    ----------
    mode, batch
        The mode and the number of images in each call.
    rounds
        For each round, in which everything was reloaded, the times of each timed entry, in microseconds for each
        call: writing the input, running, reading the output. Arrays of a round have the same length; numbers at the
        same place belong together.
    load_ms, first_run_ms
        Durations of loading and of the first run, by timed entry; a number for each round.
    """

    mode: ExecutionMode
    batch: int
    rounds: Sequence[Mapping[str, Times]] = field(repr=False)
    load_ms: Mapping[str, Sequence[float]] = field(repr=False)
    first_run_ms: Mapping[str, Sequence[float]] = field(repr=False)

    def timing(self, what: str) -> Timing:
        """Median and quartiles of the calls to one timed entry."""
        times = np.concatenate([times[what] for times in self.rounds])
        low, median, high = (float(value) for value in np.percentile(times, (25, 50, 75)))
        return Timing(median, low, high, len(times))

    @property
    def pairs(self) -> int:
        """Number of turns, in each of which everything was called once."""
        return sum(len(times[REFERENCE]) for times in self.rounds)

    @property
    def loadings(self) -> int:
        """Number of rounds, in each of which everything was reloaded."""
        return len(self.rounds)

    @functools.cached_property
    def files(self) -> PairedRatio:
        """The float16 file's time over the float32 file's."""
        return self._ratio(TARGET, REFERENCE)

    @functools.cached_property
    def control(self) -> PairedRatio:
        """The float32 file's time over its own."""
        return self._ratio(CONTROL, REFERENCE)

    @functools.cached_property
    def arithmetic(self) -> PairedRatio | None:
        """The float16 file's time in float16 arithmetic over its time in float32 arithmetic, where both were timed."""
        return self._ratio(TARGET, TWIN) if TWIN in self.rounds[0] else None

    @property
    def difference(self) -> Difference:
        """Verdict on the two files, by the interval of their ratio."""
        return judged(self.files, self.control)

    @property
    def arithmetic_difference(self) -> Difference | None:
        """Verdict on float16 and float32 arithmetic; `None` if only one of them was timed."""
        return None if self.arithmetic is None else judged(self.arithmetic, self.control)

    def _ratio(self, over: str, under: str) -> PairedRatio:
        return paired_ratio([(times[over], times[under]) for times in self.rounds])


@dataclass(frozen=True)
class MemoryUse:
    """Resident memory that one more copy of a file takes, loaded and run once, in bytes; mean of ``copies``.

    The control is the float32 file once more: a deviation within that range does not count as a difference.
    """

    reference_bytes: float
    target_bytes: float
    control_bytes: float
    copies: int

    @property
    def difference_bytes(self) -> float:
        """Additional memory of a copy of the float16 file; 0 if the difference is within the control's."""
        difference = self.target_bytes - self.reference_bytes
        return difference if abs(difference) > abs(self.control_bytes - self.reference_bytes) else 0.0


@dataclass(frozen=True, eq=False)
class ModeLatency:
    """Latency and memory of one mode.

    Attributes
    ----------
    mode
        The mode.
    latencies
        By batch size, ascending.
    memory
        For the smallest of them.
    first_load_ms
        Loading and running the float32 file for the first time in a process that has loaded LiteRT, but asked no
        driver yet.
    adapter, day
        Adapter that computed, if a GPU was asked; and the day, UTC.
    """

    mode: ExecutionMode
    latencies: tuple[Latency, ...]
    memory: MemoryUse
    first_load_ms: float
    adapter: Adapter | None = None
    day: date = field(default_factory=today)


def paired_ratio(rounds: Sequence[tuple[Times, Times]], seed: int = 0) -> PairedRatio:
    """Median ratio of times measured in pairs, with its 99 % bootstrap interval.

    Rounds are drawn with replacement, and pairs within each: variation from one loading to the next is no less
    random than variation from call to call (A. C. Davison and D. V. Hinkley, Bootstrap Methods and their
    Application, 1997, section 3.8).

    Parameters
    ----------
    rounds
        Times of the one and the other, of equal length in each round.
    seed
        The same seed draws the same.

    Raises
    ------
    ValueError
        If there is no pair, or a round's lengths differ.
    """
    ratios = []
    for over, under in rounds:
        if len(over) != len(under) or len(over) == 0:
            raise ValueError(f"{len(over)} times cannot be paired with {len(under)}.")
        ratios.append(over / under)
    if not ratios:
        raise ValueError("there are no rounds of times.")
    random = np.random.default_rng(seed)
    medians = np.empty(_RESAMPLES)
    for resample in range(_RESAMPLES):
        drawn = [ratios[place] for place in random.integers(len(ratios), size=len(ratios))]
        medians[resample] = np.median(np.concatenate([r[random.integers(len(r), size=len(r))] for r in drawn]))
    low, high = (float(value) for value in np.percentile(medians, _INTERVAL))
    return PairedRatio(float(np.median(np.concatenate(ratios))), low, high)


def judged(ratio: PairedRatio, control: PairedRatio) -> Difference:
    """Slower or faster only if the whole interval lies farther from 1 than the control's interval reaches.

    To whichever side the control strays, it could have strayed to the other.
    """
    stray = max(control.high, 1 / control.low, 1.0)
    if ratio.low > stray:
        return Difference.SLOWER
    if ratio.high < 1 / stray:
        return Difference.FASTER
    return Difference.NONE


def ratio_text(ratio: PairedRatio) -> str:
    """A ratio with its interval: ``1.002 (0.995 to 1.009)``."""
    return f"{ratio.value:.3f} ({ratio.low:.3f} to {ratio.high:.3f})"


def difference_text(difference: Difference, ratio: PairedRatio) -> str:
    """A verdict in words: ``"2.10 to 2.30 times as long"``, ``"1.00 % to 3.00 % longer"``."""
    if difference is Difference.NONE:
        return str(difference.value)
    if ratio.high >= 2 or ratio.low <= 0.5:
        return f"{ratio.low:.2f} to {ratio.high:.2f} times as long"
    if difference is Difference.SLOWER:
        return f"{percent_text(ratio.low - 1)} to {percent_text(ratio.high - 1)} longer"
    return f"{percent_text(1 - ratio.high)} to {percent_text(1 - ratio.low)} shorter"
