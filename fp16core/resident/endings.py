"""Limits of a confined child that stays, and the reasons for its end."""

from dataclasses import dataclass
from enum import Enum

from fp16core.jobs.child_log import exit_text
from fp16core.text import size_text
from fp16core.vocabulary import WorkerError


@dataclass(frozen=True)
class CallLimits:
    """Limits on a child.

    Attributes
    ----------
    cpu_s
        Processor time for one call, in seconds.
    wall_s
        Wall time for one call, in seconds: generous, as a busy server is no fault of the caller's.
    memory_bytes
        Data that the process may hold, set before it opens anything. Beyond, its own allocations fail, or,
        where the system does not hold it to that, it is ended.
    answer_bytes
        Largest answer that is read.
    """

    cpu_s: float
    wall_s: float
    memory_bytes: int
    answer_bytes: int = 100_000_000


class Ending(Enum):
    """Reason why a child ended before it had answered."""

    PROCESSOR_TIME = "processor time"
    WALL_TIME = "wall time"
    MEMORY = "memory"
    CRASH = "crash"
    ANSWER_SIZE = "size of the answer"
    STOPPED = "stopped"

    def text(self, limits: CallLimits, status: int) -> str:
        """Describe how a child with these limits and this exit status ended, as the end of a sentence."""
        return {
            Ending.PROCESSOR_TIME: f"it took more than {limits.cpu_s:,.0f} seconds of processor time",
            Ending.WALL_TIME: f"it took longer than {limits.wall_s:,.0f} seconds",
            Ending.MEMORY: f"it needed more than {size_text(limits.memory_bytes)} of memory",
            Ending.ANSWER_SIZE: f"its answer had more than {size_text(limits.answer_bytes)}",
            Ending.STOPPED: "nobody waited for it any more",
            Ending.CRASH: f"it {exit_text(status)}",
        }[self]


class ResidentEndedError(WorkerError):
    """A child came to an end before it had answered.

    Attributes
    ----------
    reason
        The limit it exceeded, or what else ended it.
    """

    def __init__(self, sentence: str, reason: Ending) -> None:
        super().__init__(sentence)
        self.reason = reason
