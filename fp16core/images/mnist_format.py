"""MNIST's format: one digit's ink scaled and placed in 28 × 28 pixels.

MNIST's digits were scaled to fit a box of 20 × 20 pixels, keeping the aspect ratio, and placed in
28 × 28 pixels with the centre of mass at the centre (LeCun et al., Proceedings of the IEEE 86, 1998).
"""

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage
from skimage.morphology import skeletonize

from fp16core.images.box import Box
from fp16core.images.levels import Levels, resized
from fp16core.vocabulary import IMAGE_SIDE

BOX_SIDE_PX = 20
"""Longer side of nearly every MNIST digit's ink."""

STROKE_RANGE_PX = (1.3, 3.8)
STROKE_USUAL_PX = 2.2
"""Central 95 % and median of the stroke widths of MNIST's training images, by `stroke_width_px`."""

GROWTH_PX = 12
"""Fine pixels by which strokes may grow on each side: enough for a hairline to reach the usual width."""

_HAIRLINE_LOSS = 0.75
"""Smallest share of the ink that must survive scaling down."""

MARGIN_PX = 3
"""Paper kept around a crop, so that soft edges are not cut off."""

_FINE = 6
"""Fine pixels for each pixel of MNIST; strokes are measured and adjusted on the fine grid."""

FINE_SIDE_PX = BOX_SIDE_PX * _FINE


def looks_like_mnist(image: npt.NDArray[np.uint8]) -> bool:
    """Return whether an image follows MNIST's format: black background, a box of 20 pixels, centred by mass.

    All 70,000 MNIST images do, with a pixel to spare.

    Parameters
    ----------
    image : uint8, shape (h, w)
    """
    if image.shape != (IMAGE_SIDE, IMAGE_SIDE) or image.max() < 128 or np.median(image) > 0:
        return False
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    longer = max(np.ptp(rows), np.ptp(columns)) + 1
    if abs(longer - BOX_SIDE_PX) > 1:
        return False
    centre = (image.sum(axis=1) @ np.arange(IMAGE_SIDE), image.sum(axis=0) @ np.arange(IMAGE_SIDE)) / image.sum()
    return bool(np.abs(centre - IMAGE_SIDE / 2).max() <= 1.5)


def with_soft_edge(ink: Levels, mask: npt.NDArray[np.bool_]) -> Levels:
    """Return the ink within a mask and one pixel around it, which antialiasing makes grey."""
    return np.where(ndimage.binary_dilation(mask, np.ones((3, 3), bool)), ink, np.float32(0))


def fine_ink(ink: Levels, threshold: float) -> Levels:
    """Scale a crop to a longer side of `FINE_SIDE_PX`, as ink (1) and paper (0)."""
    marks = ink > threshold
    fine = resized(ink, FINE_SIDE_PX, Image.Resampling.BICUBIC) > threshold
    shrink = max(ink.shape) / FINE_SIDE_PX
    if fine.sum() * shrink**2 < _HAIRLINE_LOSS * marks.sum():
        # Lines thinner than a fine pixel would break or vanish; they are made as wide as one.
        wide = ndimage.maximum_filter(marks, int(np.ceil(shrink)))
        fine = resized(wide.astype(np.float32), FINE_SIDE_PX, Image.Resampling.BOX) > 0.5
    return _as_levels(fine)


def fine_grey(ink: Levels) -> Levels:
    """Scale a crop to a longer side of `FINE_SIDE_PX`, with its grey levels."""
    return np.clip(resized(ink, FINE_SIDE_PX, Image.Resampling.BICUBIC), 0, 1)


def trimmed(ink: Levels) -> Levels:
    """Remove empty rows and columns around the ink."""
    marks = ink > 0.5
    if not marks.any():
        return ink
    return ink[Box.of_ink(marks).cells]


def boxed(ink: Levels, side: int) -> Levels:
    """Scale ink so that its longer side has ``side`` pixels, keeping the aspect ratio."""
    return np.clip(resized(ink, side, Image.Resampling.BILINEAR), 0, 1)


def stroke_width_px(ink: Levels) -> float:
    """Mean stroke width of fine ink, as if its longer side were scaled to 20 pixels.

    It is twice the distance from a stroke's centre line to the paper, averaged along the line.
    """
    marks = np.pad(ink > 0.5, 1)
    middle = skeletonize(marks)
    if not middle.any():
        return 0.0
    mean_px: float = 2 * float(_distance_px(marks)[middle].mean()) - 1
    return mean_px * BOX_SIDE_PX / int(max(ink.shape))


def with_usual_strokes(ink: Levels, width_px: float, box_side_px: int) -> Levels:
    """Widen or thin fine ink's strokes to `STROKE_USUAL_PX`; the frame grows by `GROWTH_PX` on all sides.

    The ink grows or shrinks by the same distance everywhere; where it would vanish, a line along the
    stroke's centre stays. ``width_px`` is in pixels of a box whose longer side has ``box_side_px``.
    """
    fine = max(ink.shape) / box_side_px
    # Strokes grow together with the box that they are measured against.
    side = (STROKE_USUAL_PX - width_px) * fine / 2 / (1 - STROKE_USUAL_PX / box_side_px)
    marks = np.pad(ink > 0.5, GROWTH_PX)
    if side > 0:
        return _as_levels(_distance_px(~marks) <= side)
    middle: npt.NDArray[np.bool_] = skeletonize(marks)
    along_middle = _distance_px(~middle) <= STROKE_USUAL_PX * fine / 2
    return _as_levels((_distance_px(marks) > -side) | (along_middle & marks))


def placed_by_mass(box: Levels) -> npt.NDArray[np.uint8]:
    """Place a digit in 28 × 28 pixels with its centre of mass at the centre."""
    total = max(float(box.sum()), 1e-6)
    rows = float(box.sum(axis=1) @ np.arange(box.shape[0])) / total
    columns = float(box.sum(axis=0) @ np.arange(box.shape[1])) / total
    return _placed(box, round(IMAGE_SIDE / 2 - rows), round(IMAGE_SIDE / 2 - columns))


def placed_by_box(box: Levels) -> npt.NDArray[np.uint8]:
    """Place a digit in 28 × 28 pixels with the middle of its box at the centre."""
    return _placed(box, (IMAGE_SIDE - box.shape[0]) // 2, (IMAGE_SIDE - box.shape[1]) // 2)


def shift_px(before: npt.NDArray[np.uint8], after: npt.NDArray[np.uint8]) -> int:
    """Distance in pixels between two placements, along rows or columns, whichever is larger."""

    def corner(image: npt.NDArray[np.uint8]) -> tuple[int, int]:
        return int(image.any(axis=1).argmax()), int(image.any(axis=0).argmax())

    return max(abs(one - other) for one, other in zip(corner(before), corner(after), strict=True))


def _placed(box: Levels, top: int, left: int) -> npt.NDArray[np.uint8]:
    """Place a digit in 28 × 28 pixels, moving it inside if it crosses the edge."""
    height, width = box.shape
    top = min(max(top, 0), IMAGE_SIDE - height)
    left = min(max(left, 0), IMAGE_SIDE - width)
    image = np.zeros((IMAGE_SIDE, IMAGE_SIDE), np.uint8)
    image[top : top + height, left : left + width] = np.rint(box * 255)
    return image


def _as_levels(marks: npt.NDArray[np.bool_]) -> Levels:
    return marks.astype(np.float32)


def _distance_px(marks: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Distance of each marked pixel to the nearest unmarked one."""
    distance: npt.NDArray[np.float64] = ndimage.distance_transform_edt(marks)
    return distance
