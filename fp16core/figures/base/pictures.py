"""Pictures as data URLs, for pages that show many small ones."""

import base64

import numpy as np
import numpy.typing as npt
from PIL import Image

from fp16core.figures.digits import sprite_png
from fp16core.png import png


def picture_url(picture: npt.NDArray[np.uint8]) -> str:
    """A data URL of a PNG; uint8, shape (h, w), or (h, w, bands) with 2 to 4 bands."""
    return png_url(png(Image.fromarray(picture)))


def row_url(images: npt.NDArray[np.uint8]) -> str:
    """A data URL of images side by side, uint8, shape (k, 28, 28)."""
    return png_url(sprite_png(images, len(images)))


def row_width_px(most: int) -> int:
    """Width of a table's column that shows rows of up to ``most`` images, some 30 pixels high, uncut."""
    return min(60 + 30 * (most - 1), 400)


def png_url(data: bytes) -> str:
    """A data URL of a PNG."""
    return "data:image/png;base64," + base64.b64encode(data).decode()
