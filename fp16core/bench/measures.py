"""Results of a benchmark: ratios, times and memory, with their spread, and sizes."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Ratio:
    """A ratio measured repeatedly: what a user would do instead, over what this package does.

    Attributes
    ----------
    name
        Both sides.
    goal
        The smallest median aimed at; `None` for a ratio without a goal.
    samples
        One ratio for each repetition; the two sides of each ran right after each other.
    measured
        Medians of both sides, with units.
    """

    name: str
    goal: float | None
    samples: tuple[float, ...]
    measured: str

    @property
    def minimum(self) -> float:
        """Smallest ratio."""
        return min(self.samples)

    @property
    def median(self) -> float:
        """Median ratio."""
        return statistics.median(self.samples)

    @property
    def maximum(self) -> float:
        """Largest ratio."""
        return max(self.samples)

    def document(self) -> dict[str, Any]:
        """The ratio for JSON."""
        return {
            "name": self.name,
            "goal": self.goal,
            "minimum": self.minimum,
            "median": self.median,
            "maximum": self.maximum,
            "samples": list(self.samples),
            "measured": self.measured,
        }


@dataclass(frozen=True)
class Duration:
    """A time measured repeatedly.

    Attributes
    ----------
    name
        The work that is timed.
    median_ms
        Milliseconds.
    goal_ms
        The largest median aimed at; `None` for a time without a goal.
    repeats
        Number of runs.
    """

    name: str
    median_ms: float
    goal_ms: float | None
    repeats: int

    def document(self) -> dict[str, Any]:
        """The row for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Memory:
    """The peak memory of a process, measured repeatedly.

    Attributes
    ----------
    name
        The work of the process.
    peak_bytes
        Largest resident memory of each repetition.
    goal_bytes
        The largest median aimed at.
    """

    name: str
    peak_bytes: tuple[int, ...]
    goal_bytes: int

    @property
    def median_bytes(self) -> float:
        """Median peak."""
        return statistics.median(self.peak_bytes)

    def document(self) -> dict[str, Any]:
        """The row for JSON."""
        return asdict(self) | {"median_bytes": self.median_bytes}


@dataclass(frozen=True)
class Size:
    """Bytes that a browser is sent.

    Attributes
    ----------
    name
        What they hold.
    size_bytes
        Their number, compressed.
    """

    name: str
    size_bytes: int

    def document(self) -> dict[str, Any]:
        """The row for JSON."""
        return asdict(self)


def ratio_of(
    name: str, goal: float | None, theirs: Sequence[float], ours: Sequence[float], scale: float, unit: str
) -> Ratio:
    """Ratio of the costs of both sides; ``scale`` converts them to the unit in which their medians are given."""
    samples = tuple(instead / this for instead, this in zip(theirs, ours, strict=True))
    medians = statistics.median(theirs) * scale, statistics.median(ours) * scale
    return Ratio(name, goal, samples, f"{medians[0]:,.4g} {unit} against {medians[1]:,.4g} {unit}")


def timed(work: Callable[[], object]) -> float:
    """Seconds that some work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
