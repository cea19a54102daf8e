"""A visitor's picture as it is kept for the visit, and the limits on all of them."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field

from fp16core.images.picture import PackedPicture, Picture
from fp16core.reading.reading import Reading
from fp16core.text import count_text, size_text

File = tuple[str, bytes]
"""Name and contents."""


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

    def admitted(self, files: Iterable[File], waiting: Sequence[File]) -> tuple[list[File], list[str]]:
        """Files that may wait together with those that do already, and why others may not."""
        admitted: list[File] = []
        count, size_bytes = len(waiting), sum(len(data) for _, data in waiting)
        too_many: list[str] = []
        too_large: list[str] = []
        for name, data in files:
            if count >= self.files_at_once:
                too_many.append(name)
            elif size_bytes + len(data) > self.bytes_at_once:
                too_large.append(name)
            else:
                count, size_bytes = count + 1, size_bytes + len(data)
                admitted.append((name, data))
        return admitted, [
            *refused_together(too_large, f"more than {size_text(self.bytes_at_once)} came at once"),
            *refused_together(too_many, f"more than {self.files_at_once} came at once"),
        ]


ALONE = Bounds()
"""Limits on one's own computer."""

AMONG_STRANGERS = Bounds(pictures=100, kept_bytes=20_000_000, files_at_once=20, bytes_at_once=40_000_000)
"""Limits on a public server."""


@dataclass(frozen=True, eq=False)
class GalleryPicture:
    """One picture and what both models read on it.

    Attributes
    ----------
    kept
        The picture, scaled down and compressed. A stranger's file is decoded only once.
    reading
        Both models' answers with all stages on, without thumbnails.
    subject
        Identifies the models and the rule that the reading is of.
    """

    kept: PackedPicture = field(repr=False)
    reading: Reading
    subject: Hashable

    @property
    def size_bytes(self) -> int:
        """Memory that the picture takes, in bytes."""
        return len(self.kept.png)

    def picture(self) -> Picture:
        """Decompress the picture."""
        return self.kept.unpacked()


def refused_together(names: Sequence[str], reason: str) -> list[str]:
    """One refusal for several files; none if there are none."""
    if not names:
        return []
    some = ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
    return [f"{count_text(len(names), 'file')} not read, {reason}: {some}."]
