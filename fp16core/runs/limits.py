"""Limits of a store of runs: how many it keeps, how large they may be together, and which go first."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fp16core.runs.run import Run, total_bytes
from fp16core.text import count_text, size_text
from fp16core.vocabulary import SettingError

MAX_RUNS_VARIABLE = "HALFBITS_RUNS_MAX"
MAX_MB_VARIABLE = "HALFBITS_RUNS_MAX_MB"
MAX_RUNS = 50
MAX_MB = 200

_CLOCKS_DIFFER = timedelta(days=1)
"""Lead that another machine's clock may have before its runs count as dated in the future."""


@dataclass(frozen=True)
class StoreLimits:
    """Limits that a store keeps to by removing its oldest runs.

    Attributes
    ----------
    max_runs
        Largest number of runs.
    max_bytes
        Largest total size of their files.
    """

    max_runs: int
    max_bytes: int

    @staticmethod
    def configured(max_runs: int | None = None, max_bytes: int | None = None) -> "StoreLimits":
        """Return the given limits; those that are `None` come from the environment.

        Raises
        ------
        SettingError
            If an environment variable is not a whole number from 1 to 9,999,999.
        """
        return StoreLimits(
            _setting(MAX_RUNS_VARIABLE, MAX_RUNS) if max_runs is None else max_runs,
            _setting(MAX_MB_VARIABLE, MAX_MB) * 1_000_000 if max_bytes is None else max_bytes,
        )

    def admit(self, runs: Sequence[Run]) -> bool:
        """Return whether these runs are within the limits."""
        return len(runs) <= self.max_runs and total_bytes(runs) <= self.max_bytes

    def to_remove(self, runs: Sequence[Run]) -> tuple[Run, ...]:
        """Runs whose removal brings the rest within the limits, oldest first, as far as that is possible.

        Neither pinned runs nor the newest one are among them. A run dated in the future counts as the oldest: a
        clock was wrong, and it must not push out those that are new.
        """
        kept, removed = list(runs), []
        for run in [run for run in _by_age(runs)[:-1] if not run.pinned]:
            if self.admit(kept):
                break
            kept.remove(run)
            removed.append(run)
        return tuple(removed)

    def overfull(self, runs: Sequence[Run]) -> str | None:
        """Return a sentence if the limits are exceeded even without the runs that may be removed, otherwise `None`."""
        newest = _by_age(runs)[-1:]
        if self.admit([run for run in runs if run.pinned or run in newest]):
            return None
        return (
            f"The store of runs may hold {count_text(self.max_runs, 'run')} and {size_text(self.max_bytes)}; it holds "
            f"{len(runs):,} with {size_text(total_bytes(runs))}, and neither pinned runs nor the newest one "
            "are removed by themselves: unpin or delete some."
        )


def _by_age(runs: Sequence[Run]) -> list[Run]:
    """Sort the oldest first, and before it those of a date that has not come yet."""
    latest = datetime.now(UTC) + _CLOCKS_DIFFER
    return sorted(runs, key=lambda run: (run.created <= latest, run.created, run.id))


def _setting(variable: str, default: int) -> int:
    text = os.environ.get(variable) or str(default)
    if not (text.isascii() and text.isdigit() and len(text) < 8 and int(text) >= 1):
        raise SettingError(f"{variable} is {text!a:.100}; expected a whole number from 1 to 9,999,999.")
    return int(text)
