"""Pillow's many modes of pixels, brought to five."""

import numpy as np
import numpy.typing as npt
from PIL import Image

from fp16core.vocabulary import ImageError

_SIXTEEN_BIT = ("I;16", "I;16B", "I;16L", "I;16N")


def plain_mode(image: Image.Image, name: str) -> Image.Image:
    """The picture in mode L, LA, RGB, RGBA, or F with levels from 0 to 255.

    Raises
    ------
    ImageError
        If a level is not a number.
    """
    mode = image.mode
    if mode in _SIXTEEN_BIT:
        return Image.fromarray(np.asarray(image, np.float32) / np.float32(257))
    if mode in ("I", "F"):
        return Image.fromarray(_eight_bit_scale(np.asarray(image, np.float32), name))
    if mode == "P":
        return image.convert("RGBA" if "transparency" in image.info else "RGB")
    if mode in ("L", "LA", "RGB", "RGBA"):
        return image.convert("RGBA") if mode in ("L", "RGB") and "transparency" in image.info else image
    return image.convert({"1": "L", "PA": "RGBA", "La": "LA", "RGBa": "RGBA"}.get(mode, "RGB"))


def _eight_bit_scale(levels: npt.NDArray[np.float32], name: str) -> npt.NDArray[np.float32]:
    if not np.isfinite(levels).all():
        raise ImageError(f"{name}: a pixel is not a number; save it with 8 or 16 bits.")
    low, high = float(levels.min()), float(levels.max())
    top = next((top for top in (1.0, 255.0, 65535.0) if low >= 0 and high <= top), None)
    if top is not None:
        return levels * np.float32(255 / top)
    # Beyond the customary scales only the order of the levels is known.
    span = high - low or 1.0
    return ((levels.astype(np.float64) - low) * (255 / span)).astype(np.float32)


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
"""What a picture's pixels are, in words."""
