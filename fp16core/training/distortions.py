"""Distorted copies of training images, so that a network also learns digits that MNIST lacks.

Plain NumPy arithmetic on each image: the same generator and images give the same bits.
"""

import numpy as np
import numpy.typing as npt

from fp16core.vocabulary import IMAGE_SIDE

THINNEST, BOLDEST = 0.6, 1.0
"""Largest share of the way from a stroke to one that is a pixel thinner, or a pixel bolder, on each side."""

TURN_DEGREES = 12.0
"""Largest rotation either way."""

SLANT = 0.25
"""Largest shear either way: pixels sideways for each pixel up."""

STRETCH = 0.12
"""Largest change of the width, and of the height."""

SHIFT_PX = 2.0
"""Largest shift in each direction."""

_ROOM_PX = 3
"""Black pixels around an image, from which pixels beyond its edge are taken."""

_Pixels = npt.NDArray[np.float32]


def distorted(images: npt.NDArray[np.uint8], random: np.random.Generator) -> _Pixels:
    """Change each image's strokes, then rotate, slant, stretch and shift it, each by a random amount.

    Parameters
    ----------
    images : uint8, shape (n, 28, 28)
        White digits on black.
    random
        Source of the amounts, which are uniform between the limits of this module.

    Returns
    -------
    float32, shape (n, 28, 28)
        Grey levels from 0 to 255.
    """
    return _moved(_stroked(images.astype(np.float32), random), random)


def _stroked(images: _Pixels, random: np.random.Generator) -> _Pixels:
    """Images with bolder or thinner strokes."""
    amounts = random.uniform(-THINNEST, BOLDEST, (len(images), 1, 1)).astype(np.float32)
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    beside = [
        padded[:, 1 + down : 1 + down + IMAGE_SIDE, 1 + right : 1 + right + IMAGE_SIDE]
        for down, right in ((0, 0), (0, 1), (1, 0), (0, -1), (-1, 0))
    ]
    goals = np.where(amounts > 0, np.maximum.reduce(beside), np.minimum.reduce(beside))
    stroked: _Pixels = images + np.abs(amounts) * (goals - images)
    return stroked


def _moved(images: _Pixels, random: np.random.Generator) -> _Pixels:
    """Images sampled, bilinearly, at the places from which an affine map takes each pixel."""
    count = len(images)
    angles = np.deg2rad(random.uniform(-TURN_DEGREES, TURN_DEGREES, count))
    slants = random.uniform(-SLANT, SLANT, count)
    widths, heights = random.uniform(1 - STRETCH, 1 + STRETCH, (2, count))
    cosines, sines = np.cos(angles), np.sin(angles)
    middle = (IMAGE_SIDE - 1) / 2
    shifts = middle + random.uniform(-SHIFT_PX, SHIFT_PX, (2, count))
    y, x = np.mgrid[:IMAGE_SIDE, :IMAGE_SIDE].astype(np.float32) - np.float32(middle)

    def place(of_x: npt.NDArray[np.float64], of_y: npt.NDArray[np.float64], shift: npt.NDArray[np.float64]) -> _Pixels:
        factors = np.stack([of_x, of_y, shift]).astype(np.float32)[:, :, None, None]
        found: _Pixels = factors[0] * x + factors[1] * y + factors[2]
        return found

    columns = place(cosines * widths, (slants * cosines - sines) * heights, shifts[0])
    rows = place(sines * widths, (slants * sines + cosines) * heights, shifts[1])
    left, above = np.floor(columns), np.floor(rows)
    beyond, below = columns - left, rows - above
    side = IMAGE_SIDE + 2 * _ROOM_PX
    pixels = np.pad(images, ((0, 0), (_ROOM_PX, _ROOM_PX), (_ROOM_PX, _ROOM_PX))).reshape(-1)

    def inside(places: _Pixels) -> npt.NDArray[np.int32]:
        return (np.clip(places, -_ROOM_PX, IMAGE_SIDE + _ROOM_PX - 2) + _ROOM_PX).astype(np.int32)

    first = np.arange(count, dtype=np.int32)[:, None, None] * side**2 + inside(above) * side + inside(left)
    upper = pixels[first] + beyond * (pixels[first + 1] - pixels[first])
    lower = pixels[first + side] + beyond * (pixels[first + side + 1] - pixels[first + side])
    return upper + below * (lower - upper)
