"""Rectangles of pixels."""

from dataclasses import dataclass


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
    def cells(self) -> tuple[slice, slice]:
        """Index of the rectangle in an array."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

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

    def encloses(self, other: "Box") -> bool:
        """Return whether another rectangle lies strictly inside."""
        return (
            self.top < other.top and self.left < other.left and self.bottom > other.bottom and self.right > other.right
        )
