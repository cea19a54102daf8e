"""The record of what the stages did to one picture."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from fp16core.images.paper import Levels, Mask
from fp16core.images.stages import Stage, StageName

THUMBNAIL_SIDE_PX = 192
"""Longer side of the pictures that show the stages."""


@dataclass
class Record:
    """The stages of one picture so far."""

    name: str
    off: frozenset[StageName]
    thumbnails: bool

    def __post_init__(self) -> None:
        self.stages: list[Stage] = []

    def wants(self, stage: StageName) -> bool:
        """Whether a stage is on; one that is off is put on record."""
        if stage in self.off:
            self.stages.append(Stage(stage, "switched off", is_on=False))
        return stage not in self.off

    def done(self, stage: StageName, decision: str, picture: Image.Image | Levels | Callable[[], Mask]) -> None:
        """Put a stage on record, with the picture it made, or what makes it if it is wanted."""
        self.stages.append(Stage(stage, decision, picture=_thumbnail(picture) if self.thumbnails else None))

    def for_one_digit(self) -> "Record":
        """The record of one digit's own stages."""
        return Record(self.name, self.off, self.thumbnails)


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
