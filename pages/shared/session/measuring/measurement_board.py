"""Measurements of the modes of execution, shared by all visitors of the server."""

import threading
from dataclasses import dataclass, field
from typing import Any

from fp16core.claims.evidence import Measurement
from fp16core.jobs.queue import JobQueue
from fp16core.jobs.ticket import Ticket
from fp16core.worker.modes.survey import Survey
from pages.shared.server import children
from pages.shared.session.subject import Subject

_KEPT = 12
"""Number of finished measurements kept for all visitors."""


@dataclass(frozen=True)
class Wanted:
    """A measurement of the active pair: its kind, the number of images, and the batch size."""

    kind: Measurement
    images: int
    batch: int


Key = tuple[Subject, Wanted]
AnySurvey = Survey[Any]


@dataclass
class Board:
    """Measurements on this server.

    Attributes
    ----------
    queue
        Queue of the jobs, one at a time.
    running
        Measurements that are not over.
    public, finished
        Measurements of pairs that everybody may see: those that are not over, and the last complete ones.
    probe
        Measurement of the modes themselves, on the bundled pair.
    """

    queue: JobQueue[Ticket] = field(
        default_factory=lambda: JobQueue(places=1, max_waiting=1000, memory=children.memory())
    )
    lock: threading.RLock = field(default_factory=threading.RLock)
    running: list[AnySurvey] = field(default_factory=list)
    public: dict[Key, AnySurvey] = field(default_factory=dict)
    finished: dict[Key, AnySurvey] = field(default_factory=dict)
    probe: AnySurvey | None = None

    def settle(self) -> None:
        """Move finished measurements to where they belong; under the lock."""
        # Results on a visitor's own files are held by that visitor's session alone.
        self.running = [survey for survey in self.running if not survey.is_over]
        for key in [key for key, survey in self.public.items() if survey.is_over]:
            survey = self.public.pop(key)
            if not survey.was_stopped:
                self.finished.pop(key, None)
                self.finished[key] = survey
        for oldest in list(self.finished)[:-_KEPT]:
            del self.finished[oldest]
