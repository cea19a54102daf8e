"""Decoding of a visitor's image file to a picture of bounded size."""

import base64
import io
import struct
from typing import Any, cast

import pillow_heif
from PIL import Image, UnidentifiedImageError

from fp16core.images.picture import WORK_SIDE_PX, Picture
from fp16core.images.pixel_modes import MODE_WORDS, eight_bit_levels, plain_mode
from fp16core.images.structure import check_structure
from fp16core.text import excess_text, size_text
from fp16core.vocabulary import ImageError

pillow_heif.register_heif_opener(thumbnails=False)

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "HEIF")
"""Accepted formats; Pillow knows more, and passes some of them to other programs."""

MAX_FILE_BYTES = 20_000_000
"""Largest accepted file size."""

MAX_PIXELS = 25_000_000
"""Most pixels of a picture; those of a JPEG are counted after it was scaled down while decoding.

Decoding the most expensive of them, with four channels of 8 bits, takes up to 220 MB.
"""

MAX_WEBP_PIXELS = 14_000_000
"""Most pixels of a WebP, whose decoder needs 17 bytes for each."""

MAX_JPEG_PIXELS = 100_000_000
"""Most pixels of a JPEG as stored."""

MIN_SIDE_PX = 8
"""Shorter side of the smallest picture that can hold a digit."""

ORIENTATION_TAG = 0x0112
"""EXIF tag of the orientation in which a picture was taken."""


# Raised by Pillow's decoders on damaged files.
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
    EOFError,
    ZeroDivisionError,
    struct.error,
)


class LargePictureError(ImageError):
    """A picture seems valid, but decoding it takes more memory than was offered."""


def open_picture(data: bytes, name: str, room_bytes: int | None = None) -> Picture:
    """Decode an image file and scale it down.

    Parameters
    ----------
    data
        Contents of the file.
    name
        Name of the file in error messages.
    room_bytes
        Memory that decoding may take, estimated before it begins; unlimited if `None`.

    Raises
    ------
    LargePictureError
        If decoding would take more than ``room_bytes``.
    ImageError
        If the file is empty, too large, damaged, not an image in one of `FORMATS`, has too many or too
        few pixels, or is built so that decoding it would take too long.
    """
    check_size(len(data), name)
    check_structure(data, name)
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            return _decoded(image, name, room_bytes)
    except UnidentifiedImageError as error:
        known = ", ".join(FORMATS)
        raise ImageError(f"{name}: this is not an image in a known format ({known}); save it as PNG.") from error
    except Image.DecompressionBombError as error:
        raise ImageError(f"{name}: the image has far more than {MAX_PIXELS:,} pixels; scale it down first.") from error
    except MemoryError as error:
        raise ImageError(f"{name}: decoding the image takes too much memory; scale it down first.") from error
    except _DAMAGE as error:
        reason = getattr(error, "strerror", None) or " ".join(str(error).split()) or type(error).__name__
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
        If the URL is not one of an image, or is damaged.
    """
    head, _, body = url.partition(";base64,") if isinstance(url, str) else ("", "", "")
    if not head.startswith("data:image/"):
        raise ImageError(f"{name}: the browser did not send a picture; save it as a file and upload that.")
    check_size(max(1, len(body) * 3 // 4), name)
    try:
        return base64.b64decode(body, validate=True)
    except ValueError as error:
        raise ImageError(f"{name}: the picture was damaged on its way ({error}); try once more.") from error


def _decoded(image: Image.Image, name: str, room_bytes: int | None) -> Picture:
    width, height = image.size
    if min(width, height) < MIN_SIDE_PX:
        raise ImageError(
            f"{name}: the image is {width} × {height} pixels; at least {MIN_SIDE_PX} × {MIN_SIDE_PX} "
            "are needed to see a digit."
        )
    longer = max(width, height)
    if longer > 2 * WORK_SIDE_PX and min(width, height) > WORK_SIDE_PX:
        image.draft(None, (2 * WORK_SIDE_PX * width // longer, 2 * WORK_SIDE_PX * height // longer))
    limit = MAX_WEBP_PIXELS if image.format == "WEBP" else MAX_PIXELS
    if image.width * image.height > limit or width * height > MAX_JPEG_PIXELS:
        limit = MAX_JPEG_PIXELS if image.format in ("JPEG", "MPO") else limit
        raise ImageError(
            f"{name}: the image is {width:,} × {height:,} pixels; at most {limit:,} in all are read. "
            "Scale it down first."
        )
    if room_bytes is not None and (needed_bytes := _needed_bytes(image, width * height)) > room_bytes:
        raise LargePictureError(f"{name}: decoding the image takes some {size_text(needed_bytes)} of memory.")
    is_animated = getattr(image, "is_animated", False)
    turn = image.getexif().get(ORIENTATION_TAG, 1)
    mode = image.mode
    small = _scaled_down(image, name)
    if min(small.size) < MIN_SIDE_PX:
        raise ImageError(
            f"{name}: the image is {width:,} × {height:,} pixels, too long and narrow to be read as a whole; "
            "crop it to the digits."
        )
    words = f"{image.format}, {width:,} × {height:,} pixels, {MODE_WORDS.get(mode, mode)}"
    if is_animated:
        words += ", the first of several frames"
    if small.size != (width, height):
        words += f", scaled down to {small.width} × {small.height}"
    # Pillow turns TIFF and HEIF upright itself.
    known = turn if isinstance(turn, int) and image.format not in ("TIFF", "HEIF") else 1
    return Picture(small, known, words, small.size == (width, height))


def _needed_bytes(image: Image.Image, stored_pixels: int) -> int:
    """Estimate of the memory that decoding takes: measured in every format and mode, and rounded up."""
    pixel_bytes = {"WEBP": 18, "TIFF": 13}.get(image.format or "", 9)
    coefficients = 2 * len(image.getbands()) * stored_pixels if image.info.get("progressive") else 0
    return pixel_bytes * image.width * image.height + coefficients


def _scaled_down(image: Image.Image, name: str) -> Image.Image:
    plain = plain_mode(image)
    extrema = cast(tuple[float, float], plain.getextrema()) if plain.mode == "F" else None
    scale = min(1.0, WORK_SIDE_PX / max(plain.size))
    size = max(1, round(plain.width * scale)), max(1, round(plain.height * scale))
    small = plain.resize(size, Image.Resampling.BOX, reducing_gap=2.0)
    if extrema is not None:
        small = eight_bit_levels(small, image.mode, extrema, name)
    small.info = {}  # otherwise a stranger's metadata would be written into copies
    return small
