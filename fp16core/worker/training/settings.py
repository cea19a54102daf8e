"""Settings of training on a server, read from its environment."""

import importlib.util
import os
from dataclasses import dataclass, field

from fp16core.jobs.spec import Limits
from fp16core.settings import is_hosted, switch
from fp16core.vocabulary import SettingError

SWITCH = "HALFBITS_TRAINING"
QUEUE = "HALFBITS_TRAINING_QUEUE"
SECONDS = "HALFBITS_TRAINING_SECONDS"
MEGABYTES = "HALFBITS_TRAINING_MB"


@dataclass(frozen=True)
class TrainingSettings:
    """Settings of training on a server.

    Attributes
    ----------
    is_on
        True if visitors may train, and change the kept runs.
    queue
        Number of runs that may wait while one is in progress.
    limits
        Limits on one run.
    """

    is_on: bool = True
    queue: int = 2
    limits: Limits = field(default_factory=lambda: Limits(seconds=1800, memory_bytes=2_000_000_000))


def training_settings() -> TrainingSettings:
    """The settings of this server; one that strangers use does not train unless it says so.

    Raises
    ------
    SettingError
        If one is invalid.
    """
    usual = TrainingSettings()
    return TrainingSettings(
        is_on=switch(SWITCH, usual=not is_hosted()),
        queue=_whole_number(QUEUE, usual.queue, 0),
        limits=Limits(
            seconds=_whole_number(SECONDS, 1800, 1),
            memory_bytes=_whole_number(MEGABYTES, 2_000, 1) * 1_000_000,
        ),
    )


def has_tensorflow() -> bool:
    """Return whether a training process would find TensorFlow."""
    return importlib.util.find_spec("tensorflow") is not None


def _whole_number(name: str, usual: int, low: int) -> int:
    text = os.environ.get(name, "").strip()
    if not text:
        return usual
    if not text.isdecimal() or int(text) < low:
        raise SettingError(
            f"{name} is {text!r}; set it to a whole number of at least {low}, or unset it for {usual:,}."
        )
    return int(text)
