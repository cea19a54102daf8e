"""A visitor's pictures and what both models read on them, kept for the visit within bounds."""

import threading
from collections.abc import Callable, Collection, Hashable, Iterable
from dataclasses import replace

from fp16core.images.picture import PackedPicture, Picture
from fp16core.images.picture_file import open_picture
from fp16core.images.prepare import prepare_picture
from fp16core.images.stages import StageName
from fp16core.reading.gallery_picture import ALONE, Bounds, File, GalleryPicture, refused_together
from fp16core.reading.likeness import Likeness
from fp16core.reading.reading import Reading, read_picture, read_pictures
from fp16core.reading.turning import turned_picture
from fp16core.runtime.classifier import DigitModel
from fp16core.vocabulary import BusyError, ImageError

Decode = Callable[[bytes, str], Picture]
"""Decodes a file, given its contents and its name in errors; raises `ImageError` or `BusyError`."""

Models = tuple[DigitModel, DigitModel]
"""Reference and target."""

_MOST_SETTINGS = 8
"""Readings of the picture in view that are kept."""

_DIGITS_AT_ONCE = 100
"""Digits from which on `Gallery.read_again` leaves further pictures to the next call."""


class Gallery:
    """Pictures in order of arrival, files still to be read, and the reasons why others were not read.

    A server may start a visitor's next run while the previous one still reads a file; a lock keeps them
    apart. `release` takes no lock: whoever holds it then appends to lists that the gallery has dropped.

    Parameters
    ----------
    bounds
        Limits on memory.
    decode
        Decoder of files; by default, one in this process.
    """

    def __init__(self, bounds: Bounds = ALONE, decode: Decode = open_picture) -> None:
        self.bounds = bounds
        self._decode = decode
        self._lock = threading.Lock()
        self.pictures: list[GalleryPicture] = []
        self.refusals: list[str] = []
        self.delivered = 0
        self._inbox: list[File] = []
        self._before = 0  # pictures at the last delivery or refusal
        self._in_view: tuple[PackedPicture | None, dict[tuple[Hashable, frozenset[StageName]], Reading]] = None, {}
        """The picture in view, and its readings by subject and setting."""

    @property
    def size_bytes(self) -> int:
        """Memory that the pictures take, the files still to be read, and the readings of the picture in view."""
        pictures, inbox, views = list(self.pictures), list(self._inbox), list(self._in_view[1].values())
        return (
            sum(picture.size_bytes for picture in pictures)
            + sum(len(data) for _, data in inbox)
            + sum(reading.prepared.size_bytes for reading in views)
        )

    @property
    def readings(self) -> list[Reading]:
        """Reading of each picture."""
        return [picture.reading for picture in self.pictures]

    @property
    def waiting(self) -> int:
        """Number of files still to be read."""
        return len(self._inbox)

    @property
    def has_new(self) -> bool:
        """True if a picture has been kept since the last delivery or refusal."""
        return len(self.pictures) > self._before

    def refuse(self, reason: str) -> None:
        """Record why what the visitor has just asked for was not done, instead of earlier refusals."""
        self.refusals, self._before = [reason], len(self.pictures)

    def deliver(self, files: Iterable[File]) -> None:
        """Accept files, as names and contents, to be read one by one with `read_next`; forget earlier refusals."""
        with self._lock:
            self.refusals, self._before = [], len(self.pictures)
            admitted, refusals = self.bounds.admitted(files, self._inbox)
            self._inbox += admitted
            self.refusals += refusals
            self.delivered = len(self._inbox)

    def stop(self) -> None:
        """Drop the files that wait to be read."""
        with self._lock:
            self.refusals += refused_together([name for name, _ in self._inbox], "stopped before")
            self._inbox = []

    def release(self) -> None:
        """Forget all pictures, readings and files at once, and the outcome of a file that is being read."""
        self.pictures, self._inbox = [], []
        self._in_view = None, {}

    def view(
        self, picture: GalleryPicture, models: Models, rule: Likeness, off: Collection[StageName], subject: Hashable
    ) -> Reading:
        """Read a kept picture in a setting, with thumbnails; only once, until another picture is in view.

        Parameters
        ----------
        picture
            One of `pictures`.
        models, rule, subject
            As for `read_next`.
        off
            Stages to leave out.

        Raises
        ------
        ImageError
            If no digit is found with these stages left out.
        ModelFileError
            If the runtime fails on a model.
        """
        views, left_out = self._views_of(picture), frozenset(off)
        setting = subject, left_out
        if setting not in views:
            by_others = (reading.prepared for (_, stages), reading in views.items() if stages == left_out)
            prepared = next(by_others, None) or prepare_picture(
                picture.picture(), picture.reading.name, off, thumbnails=True
            )
            while len(views) >= _MOST_SETTINGS:
                views.pop(next(iter(views)))
            views[setting] = read_picture(models, rule, prepared)
        return views[setting]

    def turn(self, place: int, degrees: int, models: Models, rule: Likeness, subject: Hashable) -> None:
        """Turn one of `pictures` anticlockwise, read it anew and keep it in its place.

        Parameters
        ----------
        place
            Position in `pictures`.
        degrees
            90, 180 or 270.
        models, rule, subject
            As for `read_next`.

        Raises
        ------
        ImageError
            If no digit is found in the turned picture; the picture stays as it is.
        ModelFileError
            If the runtime fails on a model.
        """
        pictures, before = self.pictures, self.pictures[place]
        picture = turned_picture(before.picture(), degrees)
        reading = read_picture(models, rule, prepare_picture(picture, before.reading.name))
        with self._lock:
            pictures[place] = GalleryPicture(picture.packed(), reading, subject)

    def outdated(self, subject: Hashable) -> int:
        """Number of pictures whose reading is of another subject."""
        return sum(picture.subject != subject for picture in self.pictures)

    def read_again(self, models: Models, rule: Likeness, subject: Hashable) -> int:
        """Read some of the pictures again whose reading is of another subject, as they were prepared.

        Arguments and errors are those of `read_next`. Returns the number of digits read: 0 once all readings are of
        this subject.
        """
        with self._lock:
            pictures, places, digits = self.pictures, list[int](), 0
            for place, picture in enumerate(pictures):
                if picture.subject != subject and digits < _DIGITS_AT_ONCE:
                    places.append(place)
                    digits += len(picture.reading.prepared.digits)
            if places:
                readings = read_pictures(models, rule, [pictures[place].reading.prepared for place in places])
                for place, reading in zip(places, readings, strict=True):
                    pictures[place] = replace(pictures[place], reading=reading, subject=subject)
            return digits

    def read_next(self, models: Models, rule: Likeness, subject: Hashable) -> None:
        """Read the next file that waits, if any, or note why it cannot be read.

        Parameters
        ----------
        models
            Reference and target.
        rule
            Judges whether a picture looks like a digit.
        subject
            Identifies the models and the rule.

        Raises
        ------
        ModelFileError
            If the runtime fails on a model.
        BusyError
            If the file cannot be decoded now; it stays in the queue.
        """
        with self._lock:
            inbox, pictures = self._inbox, self.pictures
            if not inbox:
                return
            name, data = inbox.pop(0)
            try:
                picture = self._decode(data, name)
                # Thumbnails of the last one, which is shown first.
                prepared = prepare_picture(picture, name, thumbnails=not inbox)
            except BusyError:
                inbox.insert(0, (name, data))
                raise
            except ImageError as error:
                self.refusals.append(str(error))
                return
            reading = read_picture(models, rule, prepared)
            kept = GalleryPicture(picture.packed(), replace(reading, prepared=prepared.without_thumbnails()), subject)
            if self._keep(kept, name, inbox, pictures) and not inbox:
                self._views_of(kept)[subject, frozenset()] = reading

    def _views_of(self, picture: GalleryPicture) -> dict[tuple[Hashable, frozenset[StageName]], Reading]:
        """Readings of a picture, which becomes the one in view."""
        shown, views = self._in_view
        if shown is not picture.kept:
            views = {}
            self._in_view = picture.kept, views
            if not any(picture.kept is each.kept for each in self.pictures):
                self._in_view = None, {}  # it was let go meanwhile
        return views

    def _keep(self, kept: GalleryPicture, name: str, inbox: list[File], pictures: list[GalleryPicture]) -> bool:
        """Keep a picture if there is room for it; returns whether there was."""
        bounds = self.bounds
        kept_bytes = sum(picture.size_bytes for picture in pictures) + kept.size_bytes
        if len(pictures) >= bounds.pictures or kept_bytes > bounds.kept_bytes:
            self.refusals += refused_together(
                [name, *(name for name, _ in inbox)], "there is no room left; remove some pictures first"
            )
            inbox.clear()
            return False
        pictures.append(kept)
        return True
