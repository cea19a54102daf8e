"""Rectangles of pixels."""

import functools
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Box:
    """A rectangle of pixels, ``bottom`` and ``right`` excluded."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """Width in pixels."""
        return self.right - self.left

    @property
    def sides(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.height, self.width

    @property
    def area(self) -> int:
        """Number of pixels."""
        return self.height * self.width

    @property
    def cells(self) -> tuple[slice, slice]:
        """Index of the rectangle in an array."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    @classmethod
    def of_cells(cls, cells: tuple[slice, ...]) -> "Box":
        """Return the rectangle of an index such as `cells`, or one by ``scipy.ndimage.find_objects``."""
        rows, columns = cells
        return cls(rows.start, columns.start, rows.stop, columns.stop)

    @classmethod
    def of_ink(cls, mask: npt.NDArray[np.bool_]) -> "Box":
        """Return the smallest rectangle around the pixels of a mask, which holds at least one."""
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        return cls(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)

    @classmethod
    def around(cls, boxes: Iterable["Box"]) -> "Box":
        """Return the smallest rectangle around all of some, at least one."""
        return functools.reduce(cls.joined, boxes)

    def moved(self, rows: int, columns: int) -> "Box":
        """Return the rectangle farther down and to the right; negative numbers move it back."""
        return Box(self.top + rows, self.left + columns, self.bottom + rows, self.right + columns)

    def joined(self, other: "Box") -> "Box":
        """Return the smallest rectangle around both."""
        return Box(
            min(self.top, other.top),
            min(self.left, other.left),
            max(self.bottom, other.bottom),
            max(self.right, other.right),
        )

    def widened(self, margin: int, shape: tuple[int, ...]) -> "Box":
        """Return the rectangle with a margin around it, clipped to an array of this shape."""
        return Box(
            max(0, self.top - margin),
            max(0, self.left - margin),
            min(shape[0], self.bottom + margin),
            min(shape[1], self.right + margin),
        )
