"""Pieces of ink as the judge sees them."""

import numpy as np
import numpy.typing as npt

from fp16core.images.levels import Mask
from fp16core.images.mnist_format import BOX_SIDE_PX, boxed, placed_by_mass, trimmed
from fp16core.vocabulary import IMAGE_SIDE


def as_judged(piece: Mask) -> npt.NDArray[np.float32]:
    """Place a piece in 28 × 28 pixels, as MNIST's digits are; empty for an empty one."""
    if not piece.any():
        return np.zeros((IMAGE_SIDE, IMAGE_SIDE), np.float32)
    placed = placed_by_mass(boxed(trimmed(piece.astype(np.float32)), BOX_SIDE_PX))
    return placed.astype(np.float32) / np.float32(255)
