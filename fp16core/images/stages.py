"""Stages between a visitor's picture and a 28 × 28 digit: their names, purposes and results."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from fp16core.vocabulary import ImageError


class StageName(StrEnum):
    """Stages in order."""

    DECODE = "decode"
    UPRIGHT = "upright"
    TRANSPARENCY = "transparency"
    FRAME = "frame"
    GREY = "grey"
    LIGHT = "light"
    POLARITY = "polarity"
    LINES = "lines"
    INK = "ink"
    SPECKS = "specks"
    DIGITS = "digits"
    CROP = "crop"
    SCALE = "scale"
    STROKE = "stroke"
    CENTRE = "centre"


@dataclass(frozen=True)
class StageInfo:
    """Title and purpose of a stage.

    Attributes
    ----------
    title
        Title on the page.
    why
        Reason why a digit needs it, in a sentence.
    when_off
        Consequence of switching it off; empty if it cannot be switched off.
    """

    title: str
    why: str
    when_off: str = ""


INFO: dict[StageName, StageInfo] = {
    StageName.DECODE: StageInfo("Decode", "The file's format, size and colours."),
    StageName.UPRIGHT: StageInfo(
        "Turn upright",
        "Phones store pictures as the sensor saw them, and note in the EXIF data which way up they were held.",
        "the picture stays as it was stored",
    ),
    StageName.TRANSPARENCY: StageInfo(
        "Fill transparency",
        "A transparent picture has no paper; it is laid on one that its ink stands out from.",
        "transparency is ignored, and the hidden colours show",
    ),
    StageName.FRAME: StageInfo(
        "Look inside the frame",
        "A border, a plate or the axes of a figure are not part of the digit, and their colour is not the paper's.",
        "everything around the digit stays",
    ),
    StageName.GREY: StageInfo("Convert to grey", "The models take one number for each pixel."),
    StageName.LIGHT: StageInfo(
        "Even the light",
        "Shadows and lamps make one side of the paper darker than the other; dividing by the bare paper removes that.",
        "the paper is taken to have one level throughout",
    ),
    StageName.POLARITY: StageInfo(
        "Make the ink light",
        "MNIST is white on black; people write dark on light.",
        "the picture is taken to be light ink on dark paper",
    ),
    StageName.LINES: StageInfo(
        "Remove printed lines",
        "Ruled and squared paper would be read as strokes.",
        "printed lines stay",
    ),
    StageName.INK: StageInfo(
        "Find the ink",
        "Pixels more than half as far from the paper's level as the strongest strokes are ink; a pale stroke is judged "
        "by its own strength.",
        "the ink keeps its shades of grey instead of becoming black or white",
    ),
    StageName.SPECKS: StageInfo(
        "Drop specks and edges",
        "Dust, the table's edge and a frame or a printed box around the digit are not part of it.",
        "specks, edges and frames stay",
    ),
    StageName.DIGITS: StageInfo(
        "Separate digits",
        "Marks side by side are digits in a row; marks above each other, or much lower than the rest, are not. A wide "
        "mark is cut where its parts look more like digits than the whole does, to a small network made for that.",
        "all ink is read as one digit",
    ),
    StageName.CROP: StageInfo(
        "Crop",
        "The position of a digit on the paper says nothing about which digit it is.",
        "the paper around the digit stays",
    ),
    StageName.SCALE: StageInfo(
        "Scale to 20 pixels",
        "Every MNIST digit fits into a box of 20 × 20 pixels and fills it along its longer side.",
        "the longer side fills all 28 pixels, without a margin",
    ),
    StageName.STROKE: StageInfo(
        "Adjust stroke width",
        "A fineliner's strokes nearly vanish at this size, and a marker's fill the loops.",
        "strokes stay as thin or thick as they are",
    ),
    StageName.CENTRE: StageInfo(
        "Centre by mass",
        "MNIST puts each digit's centre of mass at the centre of its 28 × 28 pixels.",
        "the middle of the digit's box is placed at the centre",
    ),
}
"""Information on every stage, in order."""

OPTIONAL = tuple(name for name, info in INFO.items() if info.when_off)
"""Stages that can be switched off."""

DRAWING_OPTIONAL = tuple(
    name for name in OPTIONAL if name not in (StageName.UPRIGHT, StageName.TRANSPARENCY, StageName.FRAME)
)
"""Stages that can be switched off and apply to drawings."""


@dataclass(frozen=True, eq=False)
class Stage:
    """Result of one stage.

    Attributes
    ----------
    name
        The stage.
    decision
        Summary in words of what it did.
    is_on
        False if the stage was switched off.
    picture : uint8, shape (h, w), or (h, w, bands) with 2 to 4 bands
        A thumbnail of the picture after the stage; `None` if none was requested.
    """

    name: StageName
    decision: str
    is_on: bool = True
    picture: npt.NDArray[np.uint8] | None = field(default=None, repr=False)


@dataclass(frozen=True, eq=False)
class PreparedDigit:
    """One digit as the models see it.

    Attributes
    ----------
    image : uint8, shape (28, 28)
        Light ink on black.
    stages
        Stages that this digit alone went through.
    """

    image: npt.NDArray[np.uint8] = field(repr=False)
    stages: tuple[Stage, ...] = ()


@dataclass(frozen=True, eq=False)
class PreparedPicture:
    """A picture and the digits found on it.

    Attributes
    ----------
    name
        Name of the picture in tables and error messages.
    stages
        Stages that the whole picture went through.
    digits
        Its digits in reading order, at least one.
    marks_left_out
        Number of small marks that belong to no digit: a point, a hyphen, a digit much smaller than the others.
    """

    name: str
    stages: tuple[Stage, ...]
    digits: tuple[PreparedDigit, ...]
    marks_left_out: int = 0

    @property
    def images(self) -> npt.NDArray[np.uint8]:
        """The digits, shape (k, 28, 28)."""
        return np.stack([digit.image for digit in self.digits])

    @property
    def size_bytes(self) -> int:
        """Memory that the digits and the thumbnails take."""
        thumbnails = [
            stage.picture for stages in (self.stages, *(each.stages for each in self.digits)) for stage in stages
        ]
        return self.images.nbytes + sum(picture.nbytes for picture in thumbnails if picture is not None)

    def without_thumbnails(self) -> "PreparedPicture":
        """The same picture, its digits and its stages, with no thumbnail of any stage."""
        digits = tuple(replace(digit, stages=_without_thumbnails(digit.stages)) for digit in self.digits)
        return replace(self, stages=_without_thumbnails(self.stages), digits=digits)

    @property
    def decisions(self) -> tuple[str, ...]:
        """Summaries of all stages in words, those of the whole picture first, then those of each digit."""
        words = [f"{INFO[stage.name].title}: {stage.decision}" for stage in self.stages]
        for number, digit in enumerate(self.digits, 1):
            which = f" of digit {number}" if len(self.digits) > 1 else ""
            words += [f"{INFO[stage.name].title}{which}: {stage.decision}" for stage in digit.stages]
        return tuple(words)


def _without_thumbnails(stages: tuple[Stage, ...]) -> tuple[Stage, ...]:
    return tuple(replace(stage, picture=None) for stage in stages)


def blank(name: str) -> ImageError:
    """Return the error for a picture without ink."""
    return ImageError(
        f"{name}: no ink stands out from the paper; it is blank, of one colour, too pale or too noisy. "
        "Write larger or darker."
    )
