"""Gallery of a visitor's pictures, kept within bounds for the visit."""

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
"""Decoder of a file, given its contents and its name in error messages; raises `ImageError` or `BusyError`."""


@dataclass(frozen=True)
class Bounds:
    """Limits on the memory that a visitor's pictures take on the server.

    Attributes
    ----------
    pictures, kept_bytes
        Most pictures kept, and most memory for them. A picture's reading takes some kilobytes more.
    files_at_once, bytes_at_once
        Most files, and most bytes of them, that wait to be read.
    """

    pictures: int = 500
    kept_bytes: int = 60_000_000
    files_at_once: int = 500
    bytes_at_once: int = 200_000_000


AMONG_STRANGERS = Bounds(pictures=100, kept_bytes=20_000_000, files_at_once=20, bytes_at_once=40_000_000)
"""Limits on a public server."""


@dataclass(frozen=True, eq=False)
class GalleryPicture:
    """One picture and its reading.

    Attributes
    ----------
    kept
        The picture, scaled down and compressed. A stranger's file is decoded only once.
    reading
        Both models' answers, with all stages on.
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


class Gallery:
    """Pictures in order of arrival, files still to be read, and the reasons why others were not read.

    A server may start a visitor's next run while the previous one still reads a file; a lock keeps them
    apart. `let_go` takes no lock: whoever holds it then appends to lists that the gallery has dropped.

    Parameters
    ----------
    bounds
        Limits on memory.
    decode
        Decoder of files; by default, one in this process.
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
        """Memory that the pictures and the files still to be read take, in bytes."""
        pictures, inbox = list(self.pictures), list(self._inbox)
        return sum(picture.size_bytes for picture in pictures) + sum(len(data) for _, data in inbox)

    @property
    def readings(self) -> list[Reading]:
        """Reading of each picture."""
        return [picture.reading for picture in self.pictures]

    @property
    def waiting(self) -> int:
        """Number of files still to be read."""
        return len(self._inbox)

    def deliver(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Accept files, as names and contents, to be read one by one with `read_next`; forget earlier refusals."""
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
        """Drop the files that wait to be read."""
        with self._lock:
            self._refuse_together([name for name, _ in self._inbox], "stopped before")
            self._inbox = []

    def let_go(self) -> None:
        """Forget all pictures and files at once, including a file that is being read."""
        self.pictures, self._inbox = [], []

    def read_next(self, models: tuple[DigitModel, DigitModel], rule: Likeness) -> None:
        """Read the next waiting file, if any, or record why it cannot be read.

        Parameters
        ----------
        models
            Reference and target.
        rule
            Rule by which a picture is doubted to show a digit.

        Raises
        ------
        ModelFileError
            If the runtime fails on a model.
        BusyError
            If the file cannot be decoded now; it stays in the queue.
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
                [name, *(name for name, _ in inbox)], "there is no room left; remove some pictures first"
            )
            inbox.clear()
        else:
            pictures.append(kept)

    def _refuse_together(self, names: list[str], reason: str) -> None:
        """Record one refusal for several files."""
        if names:
            some = ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
            self.refusals.append(f"{count_text(len(names), 'file')} not read, {reason}: {some}.")
