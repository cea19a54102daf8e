"""A decoded picture of bounded size, and the two forms in which it is sent and stored."""

import hashlib
import io
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from PIL import Image

from fp16core.images.pixel_modes import eight_bit_levels, plain_mode
from fp16core.png import png

WORK_SIDE_PX = 512
"""Largest longer side of the picture that all later stages work on."""

_PIXEL_BYTES = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4, "F": 4}
_MAX_DECISION = 500


@dataclass(frozen=True)
class Picture:
    """A decoded picture, at most `WORK_SIDE_PX` pixels long.

    Attributes
    ----------
    image
        As stored, in Pillow's mode L, LA, RGB, RGBA, or F with levels from 0 to 255.
    turn
        Key of the EXIF orientation, 1 if the picture is stored upright.
    decision
        Summary in words of what was decoded.
    is_original
        True if the pixels are those of the file, not scaled down.
    """

    image: Image.Image = field(repr=False)
    turn: int
    decision: str
    is_original: bool

    def packed(self) -> "PackedPicture":
        """Compress the picture for storage while a visitor may want to see it again."""
        image = self.image
        if image.mode == "F":  # which PNG lacks; 16 bits hold it to a 65,535th
            image = Image.fromarray(np.rint(np.asarray(image) * 257).astype(np.uint16))
        return PackedPicture(png(image), self.turn, self.decision, self.is_original)

    def raw(self) -> "RawPicture":
        """Return the picture as plain values, to be sent to another process."""
        image = self.image
        return RawPicture(image.mode, image.size, image.tobytes(), self.turn, self.decision, self.is_original)


@dataclass(frozen=True)
class RawPicture:
    """A `Picture` as plain values.

    Attributes
    ----------
    mode
        Pillow's, as in `Picture`.
    size
        Width and height in pixels.
    pixels
        Row after row, the channels of a pixel side by side: uint8, or float32 in mode F.
    turn, decision, is_original
        As in `Picture`.
    """

    mode: str
    size: tuple[int, int]
    pixels: bytes = field(repr=False)
    turn: int
    decision: str
    is_original: bool

    def picture(self) -> Picture:
        """Return the picture; raise `ValueError` if the values, which anybody may have sent, are not those of one."""
        width, height = self.size
        if not (1 <= width <= WORK_SIDE_PX and 1 <= height <= WORK_SIDE_PX):
            raise ValueError(f"a picture of {width} × {height} pixels")
        if self.mode not in _PIXEL_BYTES or len(self.pixels) != width * height * _PIXEL_BYTES[self.mode]:
            raise ValueError(f"{len(self.pixels)} bytes of pixels in mode {self.mode!r}")
        if type(self.turn) is not int or type(self.decision) is not str or len(self.decision) > _MAX_DECISION:
            raise ValueError("a picture without turn or decision")
        image = Image.frombytes(self.mode, (width, height), self.pixels)
        if self.mode == "F" and not np.isfinite(np.asarray(image)).all():
            raise ValueError("a level that is not a number")
        return Picture(image, self.turn, self.decision, bool(self.is_original))


@dataclass(frozen=True)
class PackedPicture:
    """A `Picture` with its pixels compressed.

    Attributes
    ----------
    png
        Pixels, as a file written by `Picture.packed`.
    turn, decision, is_original
        As in `Picture`.
    """

    png: bytes = field(repr=False)
    turn: int
    decision: str
    is_original: bool

    @cached_property
    def digest(self) -> str:
        """Identity of the picture, whatever its name."""
        return hashlib.sha256(self.png + str(self.turn).encode()).hexdigest()[:16]

    def unpacked(self) -> Picture:
        """Decompress the picture."""
        with Image.open(io.BytesIO(self.png), formats=("PNG",)) as image:
            image.load()
            plain = plain_mode(image)
            if plain.mode == "F":
                plain = eight_bit_levels(plain, "I;16", (0, 65535), "a kept picture")
            return Picture(plain, self.turn, self.decision, self.is_original)
