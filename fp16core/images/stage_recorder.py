"""Recorder of the stages that one picture goes through."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from fp16core.images.levels import Levels, Mask
from fp16core.images.stages import Stage, StageName

THUMBNAIL_SIDE_PX = 192
"""Longer side of a stage's thumbnail."""


@dataclass
class StageRecorder:
    """Stages of one picture so far.

    Attributes
    ----------
    name
        Name of the picture in error messages.
    off
        Stages that are switched off.
    thumbnails
        Whether to keep a thumbnail of each stage.
    stages
        Stages in the order in which they were done.
    """

    name: str
    off: frozenset[StageName]
    thumbnails: bool

    def __post_init__(self) -> None:
        self.stages: list[Stage] = []

    def is_on(self, stage: StageName) -> bool:
        """Return whether a stage is on; one that is off is recorded as such."""
        if stage in self.off:
            self.stages.append(Stage(stage, "switched off", is_on=False))
        return stage not in self.off

    def add(self, stage: StageName, decision: str, picture: Image.Image | Levels | Callable[[], Mask]) -> None:
        """Record a stage with its result; a callable is called only if a thumbnail is kept."""
        self.stages.append(Stage(stage, decision, picture=_thumbnail(picture) if self.thumbnails else None))

    def for_one_digit(self) -> "StageRecorder":
        """Return a recorder with the same settings for the stages of a single digit."""
        return StageRecorder(self.name, self.off, self.thumbnails)


def _thumbnail(picture: Image.Image | Levels | Callable[[], Mask]) -> npt.NDArray[np.uint8]:
    if callable(picture):
        picture = picture().astype(np.float32)
    if isinstance(picture, Image.Image):
        shown = picture.convert("L") if picture.mode == "F" else picture
    else:
        shown = Image.fromarray(np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8))
    if max(shown.size) > THUMBNAIL_SIDE_PX:
        shown = shown.copy()
        shown.thumbnail((THUMBNAIL_SIDE_PX, THUMBNAIL_SIDE_PX), Image.Resampling.BOX)
    return np.asarray(shown)
