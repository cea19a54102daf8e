"""Description of a job: the module to run, what it is sent, and the limits on what it may use."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Limits:
    """Limits on a job; the process is killed when it exceeds one. `None` means no limit.

    Attributes
    ----------
    seconds
        Wall-clock time from start to answer. Jobs run at the lowest priority, so a busy server slows them down.
    memory_bytes
        Resident memory, checked ten times a second.
    cpu_seconds
        Processor time from start to answer, checked as often.
    """

    seconds: float | None = None
    memory_bytes: int | None = None
    cpu_seconds: float | None = None

    def within(self, memory_bytes: int) -> "Limits":
        """Return a copy whose memory limit is at most ``memory_bytes``."""
        return replace(self, memory_bytes=min(self.memory_bytes or memory_bytes, memory_bytes))


UNLIMITED = Limits()
"""No limit at all."""


@dataclass(frozen=True)
class JobSpec:
    """A job that can be submitted to a `fp16core.jobs.queue.JobQueue`.

    Attributes
    ----------
    module
        Module to run, as in ``python -m module``.
    request
        JSON object for the module.
    attachments
        Binary data for the module, sent as it is instead of as JSON.
    limits
        Limits on the process.
    places
        Number of the queue's places that the job takes while it runs.
    """

    module: str
    request: dict[str, Any] = field(repr=False)
    attachments: Sequence[bytes] = field(default=(), repr=False)
    limits: Limits = UNLIMITED
    places: int = 1
