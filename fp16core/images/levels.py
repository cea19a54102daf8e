"""Grey levels and masks: their array types, and scaling."""

import numpy as np
import numpy.typing as npt
from PIL import Image

Mask = npt.NDArray[np.bool_]
"""Pixels chosen, shape (h, w)."""

Levels = npt.NDArray[np.float32]
"""Grey levels or shares of ink, 0 to 1, shape (h, w)."""

EIGHT_NEIGHBOURS = np.ones((3, 3), bool)
"""Neighbourhood of a pixel, diagonals included."""


def resized(levels: Levels, longer_side_px: int, resampling: Image.Resampling) -> Levels:
    """Scale levels so that their longer side has ``longer_side_px`` pixels, keeping the aspect ratio."""
    height, width = levels.shape
    scale = longer_side_px / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(Image.fromarray(np.ascontiguousarray(levels, np.float32)).resize(size, resampling))
