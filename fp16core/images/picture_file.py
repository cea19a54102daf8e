"""A stranger's image file becomes a picture of bounded size: decoded, turned upright, made grey."""

import base64
import io
import struct
import threading
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pillow_heif
from PIL import Image, UnidentifiedImageError

from fp16core.images.modes import MODE_WORDS, plain_mode
from fp16core.png import png
from fp16core.text import excess_text
from fp16core.vocabulary import ImageError

pillow_heif.register_heif_opener(thumbnails=False)

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "HEIF")
"""What may be read; Pillow knows more, and hands some of it to other programs."""

WORK_SIDE_PX = 512
"""Longer side of the picture that all later stages work on, at most."""

MAX_FILE_BYTES = 20_000_000
"""Size of the largest file that is read."""

MAX_PIXELS = 25_000_000
"""Most pixels of a picture; a JPEG's are counted after it was scaled down while decoding.

Decoding the worst of them, a WebP with transparency, took 400 MB; large pictures are decoded one at a time.
"""

MAX_JPEG_PIXELS = 100_000_000
"""Most pixels of a JPEG as it is stored."""

MIN_SIDE_PX = 8
"""Shorter side of the smallest picture that can hold a digit."""

_LARGE_PIXELS = 4_000_000
_one_large_picture = threading.Lock()

ORIENTATION_TAG = 0x0112
"""EXIF's number for how a picture was held."""


# What Pillow's decoders raise on damaged files.
_DAMAGE = (
    OSError,
    ValueError,
    SyntaxError,
    RuntimeError,
    AttributeError,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
    MemoryError,
    EOFError,
    ZeroDivisionError,
    struct.error,
)


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
        What was decoded, in words.
    is_original
        Whether the pixels are those of the file, not scaled down.
    """

    image: Image.Image = field(repr=False)
    turn: int
    decision: str
    is_original: bool

    def packed(self) -> "PackedPicture":
        """The picture compressed, to be kept while a visitor may want to see it again."""
        image = self.image
        if image.mode == "F":  # which PNG lacks; 16 bits hold it to a 65,535th
            image = Image.fromarray(np.rint(np.asarray(image) * 257).astype(np.uint16))
        return PackedPicture(png(image), self.turn, self.decision, self.is_original)


@dataclass(frozen=True)
class PackedPicture:
    """A `Picture` with its pixels compressed.

    Attributes
    ----------
    png
        The pixels.
    turn, decision, is_original
        As in `Picture`.
    """

    png: bytes = field(repr=False)
    turn: int
    decision: str
    is_original: bool

    def unpacked(self) -> Picture:
        """The picture as it was."""
        with Image.open(io.BytesIO(self.png)) as image:
            image.load()
            return Picture(plain_mode(image, "a kept picture"), self.turn, self.decision, self.is_original)


def open_picture(data: bytes, name: str) -> Picture:
    """Decode an image file and scale it down.

    Parameters
    ----------
    data
        Contents of the file.
    name
        What to call it in errors.

    Raises
    ------
    ImageError
        If the file is empty, too large, damaged, not an image in one of `FORMATS`, or has too many
        or too few pixels.
    """
    check_size(len(data), name)
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height <= _LARGE_PIXELS:
                return _decoded(image, name)
            # One at a time, so that many visitors with large photographs do not add up.
            with _one_large_picture:
                return _decoded(image, name)
    except UnidentifiedImageError as error:
        known = ", ".join(FORMATS)
        raise ImageError(f"{name}: this is not an image in a known format ({known}); save it as PNG.") from error
    except Image.DecompressionBombError as error:
        raise ImageError(f"{name}: the image has far more than {MAX_PIXELS:,} pixels; scale it down first.") from error
    except _DAMAGE as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise ImageError(f"{name}: the image cannot be read ({reason}); save it again.") from error


def check_size(size_bytes: int, name: str) -> None:
    """Raise `ImageError` if a file is empty or larger than `MAX_FILE_BYTES`."""
    if size_bytes == 0:
        raise ImageError(f"{name}: the file is empty; choose another.")
    if size_bytes > MAX_FILE_BYTES:
        raise ImageError(
            f"{name}: the file has {excess_text(size_bytes, MAX_FILE_BYTES)} are read. Save it smaller, as JPEG."
        )


def data_of_url(url: Any, name: str) -> bytes:
    """Contents of a base64 data URL, as browsers make them of a canvas.

    Raises
    ------
    ImageError
        If it is anything else.
    """
    head, _, body = url.partition(";base64,") if isinstance(url, str) else ("", "", "")
    if not head.startswith("data:image/"):
        raise ImageError(f"{name}: what the browser sent is no picture; save it as a file and upload that.")
    try:
        return base64.b64decode(body, validate=True)
    except ValueError as error:
        raise ImageError(f"{name}: what the browser sent was damaged on the way ({error}); try once more.") from error


def _decoded(image: Image.Image, name: str) -> Picture:
    width, height = image.size
    if min(width, height) < MIN_SIDE_PX:
        raise ImageError(
            f"{name}: the image is {width} × {height} pixels; at least {MIN_SIDE_PX} × {MIN_SIDE_PX} "
            "are needed to see a digit."
        )
    longer = max(width, height)
    if longer > 2 * WORK_SIDE_PX and min(width, height) > WORK_SIDE_PX:
        image.draft(None, (2 * WORK_SIDE_PX * width // longer, 2 * WORK_SIDE_PX * height // longer))
    if image.width * image.height > MAX_PIXELS or width * height > MAX_JPEG_PIXELS:
        limit = MAX_JPEG_PIXELS if image.format in ("JPEG", "MPO") else MAX_PIXELS
        raise ImageError(
            f"{name}: the image is {width:,} × {height:,} pixels; at most {limit:,} in all are read. "
            "Scale it down first."
        )
    is_animated = getattr(image, "is_animated", False)
    turn = image.getexif().get(ORIENTATION_TAG, 1)
    mode = image.mode
    small = _scaled_down(image, name)
    if min(small.size) < MIN_SIDE_PX:
        raise ImageError(
            f"{name}: the image is {width:,} × {height:,} pixels, too long and narrow to be looked at whole; "
            "crop it to the digits."
        )
    words = f"{image.format}, {width:,} × {height:,} pixels, {MODE_WORDS.get(mode, mode)}"
    if is_animated:
        words += ", the first of several frames"
    if small.size != (width, height):
        words += f", scaled down to {small.width} × {small.height}"
    # Pillow turns TIFF and HEIF itself.
    known = turn if isinstance(turn, int) and image.format not in ("TIFF", "HEIF") else 1
    return Picture(small, known, words, small.size == (width, height))


def _scaled_down(image: Image.Image, name: str) -> Image.Image:
    plain = plain_mode(image, name)
    scale = min(1.0, WORK_SIDE_PX / max(plain.size))
    size = max(1, round(plain.width * scale)), max(1, round(plain.height * scale))
    small = plain.resize(size, Image.Resampling.BOX, reducing_gap=2.0)
    small.info = {}  # a stranger's metadata would be kept, and be written into copies
    return small
