"""The end of a child process: its exit status in words, and the last lines of its log."""

import os
from collections.abc import Sequence
from typing import IO

from fp16core.system.files import read_at
from fp16core.system.processes import crash_name, signal_name
from fp16core.text import visible

_TAIL_BYTES = 10_000
"""Size of the part that is read: a driver may have filled the log with millions of lines."""


def exit_text(status: int) -> str:
    """Describe an exit status, as in ``crashed (SIGSEGV)`` or ``ended with status 1``."""
    if crash := crash_name(status):
        return f"crashed ({crash})"
    signal = signal_name(status)
    return f"was ended from outside by {signal}" if signal else f"ended with status {status}"


def last_lines(log: IO[bytes]) -> Sequence[str]:
    """Return the last lines of a log, with control characters made visible; none if it is closed.

    Libraries quote strangers' texts in their logs, and the lines may end up on a terminal.
    """
    if log.closed:
        return []
    descriptor = log.fileno()
    tail = read_at(descriptor, _TAIL_BYTES, max(os.fstat(descriptor).st_size - _TAIL_BYTES, 0))
    return [visible(line) for line in tail.decode("utf-8", "replace").strip().splitlines()]
