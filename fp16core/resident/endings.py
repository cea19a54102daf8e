"""What a confined child that stays may take, and why it came to an end."""

from dataclasses import dataclass
from enum import Enum

from fp16core.vocabulary import WorkerError


class Ending(Enum):
    """Why a child came to an end before it had answered."""

    PROCESSOR_TIME = "processor time"
    WALL_TIME = "wall time"
    MEMORY = "memory"
    CRASH = "crash"
    ANSWER_SIZE = "size of the answer"
    STOPPED = "stopped"


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


@dataclass(frozen=True)
class CallLimits:
    """Limits of a child.

    Attributes
    ----------
    cpu_s
        Processor time for one call, in seconds.
    wall_s
        Wall time for one call, in seconds: generous, as a busy server is no fault of the caller's.
    memory_bytes
        Data that the process may hold (``RLIMIT_DATA``), set before it opens anything. Beyond, its own
        allocations fail.
    answer_bytes
        Largest answer that is read.
    """

    cpu_s: float
    wall_s: float
    memory_bytes: int
    answer_bytes: int = 100_000_000
