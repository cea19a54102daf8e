"""Arrays as PNG files."""

import io

import numpy as np
import numpy.typing as npt
from PIL import Image


def png(pixels: npt.NDArray[np.uint8]) -> bytes:
    """A PNG of an array; uint8, shape (h, w), or (h, w, bands) with 2 to 4 bands."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", compress_level=1)
    return file.getvalue()
