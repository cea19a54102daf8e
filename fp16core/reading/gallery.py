"""A visitor's pictures, kept for the visit within bounds."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from fp16core.images.picture import PackedPicture, Picture
from fp16core.images.picture_file import open_picture
from fp16core.images.prepare import prepare_picture
from fp16core.reading.likeness import Likeness
from fp16core.reading.reading import Reading, read_picture
from fp16core.runtime.classifier import DigitModel
from fp16core.text import count_text, size_text
from fp16core.vocabulary import BusyError, ImageError

Decode = Callable[[bytes, str], Picture]
"""Decodes a file, given its contents and what to call it in errors; raises `ImageError` or `BusyError`."""


@dataclass(frozen=True)
class Bounds:
    """What a visitor's pictures may take of the server.

    Attributes
    ----------
    pictures, kept_bytes
        How many pictures are kept, and what they hold in memory. What was read from a picture
        takes some kilobytes more.
    files_at_once, bytes_at_once
        What one delivery of files may hold until it is read.
    """

    pictures: int = 500
    kept_bytes: int = 60_000_000
    files_at_once: int = 500
    bytes_at_once: int = 200_000_000


AMONG_STRANGERS = Bounds(pictures=100, kept_bytes=20_000_000, files_at_once=20, bytes_at_once=40_000_000)
"""On a server that anybody may use."""


@dataclass(frozen=True, eq=False)
class GalleryPicture:
    """One picture and what both models read on it.

    Attributes
    ----------
    kept
        The picture, scaled down and compressed. A stranger's file is decoded once, and never again.
    reading
        What both models read, with all stages on.
    """

    kept: PackedPicture = field(repr=False)
    reading: Reading

    @property
    def size_bytes(self) -> int:
        """Memory that the picture takes."""
        return len(self.kept.png)

    def picture(self) -> Picture:
        """The picture as it was read."""
        return self.kept.unpacked()


class Gallery:
    """Pictures in the order in which they came, files still to be read, and the reasons why others were not.

    A server may start a visitor's next run while the last one still reads a file; a lock keeps
    them apart. Letting go takes no lock: whoever holds it adds to lists that are no longer the gallery's.

    Parameters
    ----------
    bounds
        What it may take.
    decode
        What decodes a file: in this process, unless something else is given.
    """

    def __init__(self, bounds: Bounds = Bounds(), decode: Decode = open_picture) -> None:
        self.bounds = bounds
        self._decode = decode
        self._lock = threading.Lock()
        self.pictures: list[GalleryPicture] = []
        self.refusals: list[str] = []
        self.delivered = 0
        self._inbox: list[tuple[str, bytes]] = []

    @property
    def size_bytes(self) -> int:
        """Memory that the pictures take, and the files still to be read."""
        pictures, inbox = list(self.pictures), list(self._inbox)
        return sum(picture.size_bytes for picture in pictures) + sum(len(data) for _, data in inbox)

    @property
    def readings(self) -> list[Reading]:
        """What both models read on each picture."""
        return [picture.reading for picture in self.pictures]

    @property
    def waiting(self) -> int:
        """Number of files still to be read."""
        return len(self._inbox)

    def deliver(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Take files, by name and contents, to be read one by one with `read_next`; earlier refusals are forgotten."""
        with self._lock:
            self.refusals = []
            most, most_bytes = self.bounds.files_at_once, self.bounds.bytes_at_once
            inbox = self._inbox
            taken = sum(len(data) for _, data in inbox)
            too_many: list[str] = []
            too_large: list[str] = []
            for name, data in files:
                if len(inbox) >= most:
                    too_many.append(name)
                elif taken + len(data) > most_bytes:
                    too_large.append(name)
                else:
                    taken += len(data)
                    inbox.append((name, data))
            self._refuse_together(too_large, f"more than {size_text(most_bytes)} came at once")
            self._refuse_together(too_many, f"more than {most} came at once")
            self.delivered = len(self._inbox)

    def stop(self) -> None:
        """Leave the files that wait unread."""
        with self._lock:
            self._refuse_together([name for name, _ in self._inbox], "stopped before")
            self._inbox = []

    def let_go(self) -> None:
        """Forget all pictures and files at once, and what comes of a file that is being read."""
        self.pictures, self._inbox = [], []

    def read_next(self, models: tuple[DigitModel, DigitModel], rule: Likeness) -> None:
        """Read the next file that waits, if any, or note why it cannot be read.

        Parameters
        ----------
        models
            Reference and target.
        rule
            When to doubt that a picture shows a digit.

        Raises
        ------
        ModelFileError
            If the runtime fails on a model.
        BusyError
            If the file cannot be decoded now; it waits on.
        """
        with self._lock:
            inbox, pictures = self._inbox, self.pictures
            if inbox:
                name, data = inbox.pop(0)
                try:
                    kept = self._read(name, data, models, rule)
                except BusyError:
                    inbox.insert(0, (name, data))
                    raise
                if kept is not None:
                    self._keep(kept, name, inbox, pictures)

    def _read(
        self, name: str, data: bytes, models: tuple[DigitModel, DigitModel], rule: Likeness
    ) -> GalleryPicture | None:
        try:
            picture = self._decode(data, name)
            reading = read_picture(models, rule, prepare_picture(picture, name))
        except ImageError as error:
            self.refusals.append(str(error))
            return None
        return GalleryPicture(picture.packed(), reading)

    def _keep(
        self, kept: GalleryPicture, name: str, inbox: list[tuple[str, bytes]], pictures: list[GalleryPicture]
    ) -> None:
        bounds = self.bounds
        kept_bytes = sum(picture.size_bytes for picture in pictures) + kept.size_bytes
        if len(pictures) >= bounds.pictures or kept_bytes > bounds.kept_bytes:
            self._refuse_together(
                [name, *(name for name, _ in inbox)], "there is no room for more; remove the others first"
            )
            inbox.clear()
        else:
            pictures.append(kept)

    def _refuse_together(self, names: list[str], reason: str) -> None:
        """One sentence for many files."""
        if names:
            some = ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
            self.refusals.append(f"{count_text(len(names), 'file')} not read, {reason}: {some}.")
