"""Pictures as PNG files, and as data URLs for pages that show many small ones."""

import base64

import numpy as np
import numpy.typing as npt
from PIL import Image

from fp16core.png import png
from fp16core.vocabulary import IMAGE_SIDE

_MOST_ABREAST = 6
"""Images in a line, before the cells become higher."""


def digit_png(image: npt.NDArray[np.uint8], scale: int = 8) -> bytes:
    """PNG of one image, each pixel drawn as ``scale × scale`` pixels.

    Parameters
    ----------
    image : uint8, shape (28, 28)
    scale
        Factor of enlargement.
    """
    return png(Image.fromarray(np.kron(image, np.ones((scale, scale), np.uint8))))


def sprite_png(images: npt.NDArray[np.uint8], columns: int) -> bytes:
    """PNG of many images in a grid, in reading order, without gaps.

    Parameters
    ----------
    images : uint8, shape (k, 28, 28)
        k at least 1.
    columns
        Images in a row; the last row is filled with black.
    """
    rows = -(-len(images) // columns)
    cells = np.zeros((rows * columns, IMAGE_SIDE, IMAGE_SIDE), np.uint8)
    cells[: len(images)] = images
    grid = cells.reshape(rows, columns, IMAGE_SIDE, IMAGE_SIDE).transpose(0, 2, 1, 3)
    return png(Image.fromarray(grid.reshape(rows * IMAGE_SIDE, columns * IMAGE_SIDE)))


def picture_url(picture: npt.NDArray[np.uint8]) -> str:
    """Data URL of a picture as PNG; uint8, shape (h, w), or (h, w, bands) with 2 to 4 bands."""
    return png_url(png(Image.fromarray(picture)))


def row_url(images: npt.NDArray[np.uint8], most: int) -> str:
    """Data URL of images, uint8, shape (k, 28, 28), side by side, or in the lines that a higher cell has room for.

    ``most`` is the largest number of images in a cell of the table.
    """
    count = len(images)
    # A cell with several lines is 11/3 times as wide as high.
    fitting = (lines for lines in range(1, count + 1) if -(-count // lines) * 3 <= lines * 11)
    lines = 1 if most <= _MOST_ABREAST else next(fitting)
    return png_url(sprite_png(images, -(-count // lines)))


def row_width_px(most: int) -> int:
    """Width of a table's column that shows `row_url` of up to ``most`` images in full."""
    return 30 + 30 * min(most, _MOST_ABREAST)


def row_height_px(most: int) -> int:
    """Height of a table's rows that show `row_url` of up to ``most`` images."""
    return 35 if most <= _MOST_ABREAST else 60


def png_url(data: bytes) -> str:
    """Data URL of a PNG file."""
    return "data:image/png;base64," + base64.b64encode(data).decode()
