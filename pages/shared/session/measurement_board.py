"""Where measurements of the modes of execution hang, for all visitors of the server."""

import threading
from dataclasses import dataclass, field
from typing import Any

from fp16core.claims.evidence import Measurement
from fp16core.jobs.queue import WaitingRoom
from fp16core.worker.modes.survey import Survey
from pages.shared.server import children
from pages.shared.session.subject import Subject

_KEPT = 12
"""Finished measurements that are kept for all visitors."""


@dataclass(frozen=True)
class Wanted:
    """What to measure of the active pair: on how many images, and how many at once."""

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
    room
        Where modes wait for their turn, one at a time.
    going_on
        All measurements that are not over.
    public, finished
        Of pairs that everybody may see: those that go on, and the last complete ones.
    seen
        When whoever asked for one has last been seen, by the monotonic clock.
    probe
        What has been found out of the modes themselves.
    """

    room: WaitingRoom = field(default_factory=lambda: WaitingRoom(places=1, longest=1000, memory=children.memory()))
    lock: threading.RLock = field(default_factory=threading.RLock)
    going_on: list[AnySurvey] = field(default_factory=list)
    public: dict[Key, AnySurvey] = field(default_factory=dict)
    finished: dict[Key, AnySurvey] = field(default_factory=dict)
    seen: dict[AnySurvey, float] = field(default_factory=dict)
    probe: AnySurvey | None = None

    def settle(self) -> None:
        """Put away what is over; under the lock."""
        self.going_on = [survey for survey in self.going_on if not survey.is_over]
        # Nothing but who asked may hold what was measured of a visitor's own files.
        self.seen = {survey: when for survey, when in self.seen.items() if survey in self.going_on}
        for key in [key for key, survey in self.public.items() if survey.is_over]:
            survey = self.public.pop(key)
            if not survey.was_stopped:
                self.finished.pop(key, None)
                self.finished[key] = survey
        for oldest in list(self.finished)[:-_KEPT]:
            del self.finished[oldest]
