"""Kernels and pooling windows that move over an image."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Window:
    """Kernel or pooling window over an image; each attribute is a pair, for rows and columns.

    Attributes
    ----------
    size, stride
        Size of the window, and the steps by which it moves.
    before, after
        Padding above and left of the image, and below and right of it.
    count
        Number of places of the window, and thus of results.
    """

    size: tuple[int, int]
    stride: tuple[int, int]
    before: tuple[int, int]
    after: tuple[int, int]
    count: tuple[int, int]

    @classmethod
    def over(cls, image: tuple[int, int], size: tuple[int, int], stride: tuple[int, int], is_padded: bool) -> "Window":
        """The window over an image of a size, with LiteRT's padding ``SAME`` if ``is_padded``, else ``VALID``."""
        (top, bottom, rows), (left, right, columns) = (
            _side(*side, is_padded) for side in zip(image, size, stride, strict=True)
        )
        return cls(size, stride, (top, left), (bottom, right), (rows, columns))


def _side(image: int, size: int, stride: int, is_padded: bool) -> tuple[int, int, int]:
    """Padding before and after, and the number of results, along one side of an image."""
    if not is_padded:
        return 0, 0, (image - size) // stride + 1
    count = -(-image // stride)
    missing = max(0, (count - 1) * stride + size - image)
    return missing // 2, missing - missing // 2, count
