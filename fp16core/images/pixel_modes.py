"""Conversion of Pillow's many pixel modes to five."""

import numpy as np
import numpy.typing as npt
from PIL import Image

from fp16core.vocabulary import ImageError

_SIXTEEN_BIT = ("I;16", "I;16B", "I;16L", "I;16N")
_DEEP = (*_SIXTEEN_BIT, "I", "F")


def plain_mode(image: Image.Image) -> Image.Image:
    """Convert a picture to mode L, LA, RGB, RGBA, or F with levels as stored."""
    mode = image.mode
    if mode in _DEEP:
        return image.convert("F")
    if mode == "P":
        return image.convert("RGBA" if "transparency" in image.info else "RGB")
    if mode in ("L", "LA", "RGB", "RGBA"):
        return image.convert("RGBA") if mode in ("L", "RGB") and "transparency" in image.info else image
    return image.convert({"1": "L", "PA": "RGBA", "La": "LA", "RGBa": "RGBA"}.get(mode, "RGB"))


def eight_bit_levels(levels: Image.Image, mode: str, extrema: tuple[float, float], name: str) -> Image.Image:
    """Scale levels of mode F to the range from 0 to 255.

    Parameters
    ----------
    levels
        A picture of mode F, scaled down already or not.
    mode
        Pillow's mode in which they were stored: 16 bits have their own scale.
    extrema
        Lowest and highest level of the whole picture, from which the scale follows in other modes.
    name
        Name of the picture in error messages.

    Raises
    ------
    ImageError
        If a level is not a number.
    """
    found: npt.NDArray[np.float32] = np.asarray(levels, np.float32)
    if not (np.isfinite(found).all() and np.isfinite(extrema).all()):
        raise ImageError(f"{name}: a pixel is not a number; save it with 8 or 16 bits.")
    low, high = extrema
    if mode in _SIXTEEN_BIT:
        return Image.fromarray(found / np.float32(257))
    top = next((top for top in (1.0, 255.0, 65535.0) if low >= 0 and high <= top), None)
    if top is not None:
        return Image.fromarray(found * np.float32(255 / top))
    # Outside the usual scales, only the order of the levels is known.
    span = high - low or 1.0
    return Image.fromarray(((found.astype(np.float64) - low) * (255 / span)).astype(np.float32))


MODE_WORDS = {
    "1": "black and white",
    "L": "grey",
    "LA": "grey with transparency",
    "P": "palette",
    "PA": "palette with transparency",
    "RGB": "colour",
    "RGBA": "colour with transparency",
    "CMYK": "CMYK colour",
    "I": "32-bit grey",
    "F": "32-bit grey",
    **dict.fromkeys(_SIXTEEN_BIT, "16-bit grey"),
}
"""Names of pixel modes in words."""
