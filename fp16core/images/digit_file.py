"""Image files that already look like MNIST: 28 × 28 pixels, light ink on dark paper."""

import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from fp16core.vocabulary import IMAGE_SIDE, ImageError

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
"""What may be read; Pillow knows more, and hands some of it to other programs."""

_SIXTEEN_BIT = ("I;16", "I;16B", "I;16L", "I;16N")
_DEEP = ("I", "F")


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
    struct.error,
    Image.DecompressionBombError,
)


def read_digit(path: Path) -> npt.NDArray[np.uint8]:
    """Read a 28 × 28 image file.

    Colours become grey (ITU-R 601 luma), 16-bit grey levels are scaled to 8 bits, transparent
    parts show MNIST's black paper.

    Parameters
    ----------
    path
        The image file.

    Returns
    -------
    uint8, shape (28, 28)
        Grey levels as they are: ink should be light, paper dark.

    Raises
    ------
    ImageError
        If the file cannot be read as an image or is not 28 × 28 pixels.
    """
    try:
        with Image.open(path, formats=FORMATS) as image:
            if image.size != (IMAGE_SIDE, IMAGE_SIDE):
                raise ImageError(
                    f"{path}: the image is {image.width} × {image.height} pixels; "
                    f"expected {IMAGE_SIDE} × {IMAGE_SIDE}, light ink on dark paper."
                )
            if image.mode in _DEEP:
                raise ImageError(f"{path}: the image has 32-bit pixels of unknown range; save it with 8 or 16 bits.")
            if image.mode in _SIXTEEN_BIT:
                levels = np.asarray(image, np.float64) / 257
                return np.clip(np.rint(levels), 0, 255).astype(np.uint8)
            shown = image.convert("RGBA")
            paper = Image.new("RGBA", shown.size, (0, 0, 0, 255))
            return np.asarray(Image.alpha_composite(paper, shown).convert("L"))
    except UnidentifiedImageError as error:
        raise ImageError(
            f"{path}: this is not an image in a known format ({', '.join(FORMATS)}); save it as PNG."
        ) from error
    except _DAMAGE as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ImageError(f"{path}: the image cannot be read ({reason}).") from error
