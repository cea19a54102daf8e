"""Pieces of ink as the judge sees them."""

import numpy as np
import numpy.typing as npt
from PIL import Image

from fp16core.images.levels import Mask
from fp16core.vocabulary import IMAGE_SIDE

_BOX_PX = 20


def as_judged(piece: Mask) -> npt.NDArray[np.float32]:
    """Place a piece in 28 × 28 pixels: in a box of 20, centred by mass; empty for an empty one."""
    image = np.zeros((IMAGE_SIDE, IMAGE_SIDE), np.float32)
    rows, columns = np.flatnonzero(piece.any(axis=1)), np.flatnonzero(piece.any(axis=0))
    if len(rows) == 0:
        return image
    crop = piece[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float32)
    scale = _BOX_PX / max(crop.shape)
    size = max(1, round(crop.shape[1] * scale)), max(1, round(crop.shape[0] * scale))
    box = np.asarray(Image.fromarray(crop).resize(size, Image.Resampling.BILINEAR))
    total = max(float(box.sum()), 1e-6)
    middle = IMAGE_SIDE / 2
    top = round(middle - float(box.sum(axis=1) @ np.arange(box.shape[0])) / total)
    left = round(middle - float(box.sum(axis=0) @ np.arange(box.shape[1])) / total)
    top, left = min(max(top, 0), IMAGE_SIDE - box.shape[0]), min(max(left, 0), IMAGE_SIDE - box.shape[1])
    image[top : top + box.shape[0], left : left + box.shape[1]] = box
    return image
