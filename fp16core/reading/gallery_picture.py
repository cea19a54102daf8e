"""A visitor's picture as it is kept for the visit, and the limits on all of them."""

from dataclasses import dataclass, field

from fp16core.images.picture import PackedPicture, Picture
from fp16core.reading.reading import Reading


@dataclass(frozen=True)
class Bounds:
    """Limits on a visitor's pictures.

    Attributes
    ----------
    pictures, kept_bytes
        Number of pictures kept, and their size in memory. The reading of a picture takes some
        kilobytes more; that of the picture in view, with its thumbnails, up to some megabytes.
    files_at_once, bytes_at_once
        Number and size of the files that may wait to be read.
    """

    pictures: int = 500
    kept_bytes: int = 60_000_000
    files_at_once: int = 500
    bytes_at_once: int = 200_000_000


ALONE = Bounds()
"""Limits on one's own computer."""

AMONG_STRANGERS = Bounds(pictures=100, kept_bytes=20_000_000, files_at_once=20, bytes_at_once=40_000_000)
"""Limits on a public server."""


@dataclass(frozen=True, eq=False)
class GalleryPicture:
    """One picture and what both models read on it when it came.

    Attributes
    ----------
    kept
        The picture, scaled down and compressed. A stranger's file is decoded only once.
    reading
        Both models' answers with all stages on, without thumbnails.
    """

    kept: PackedPicture = field(repr=False)
    reading: Reading

    @property
    def size_bytes(self) -> int:
        """Memory that the picture takes, in bytes."""
        return len(self.kept.png)

    def picture(self) -> Picture:
        """Decompress the picture."""
        return self.kept.unpacked()
