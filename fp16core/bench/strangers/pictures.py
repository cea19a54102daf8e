"""Damaged and hostile pictures, offered as a visitor offers them: what comes of them, and what they cost."""

import io
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from fp16core.bench.strangers.hostile_pictures import HOSTILE, digit_photograph
from fp16core.images.picture_file import FORMATS
from fp16core.jobs.peak import peak_bytes_of
from fp16core.resident.endings import ResidentEndedError
from fp16core.training.recipe import Progress
from fp16core.vocabulary import HalfBitsError, ImageError
from fp16core.worker.decoder import PictureDecoder

MUTATED = 700
"""Damaged copies of good pictures."""

_DAMAGED = "damaged copies in seven formats"


@dataclass(frozen=True)
class OfferedPictures:
    """What became of the pictures of one kind.

    Attributes
    ----------
    kind
        What is wrong with them.
    files
        How many.
    read
        Pictures that were decoded all the same.
    refused
        Pictures that were refused in a sentence, while the process that decodes went on.
    ended
        Pictures at which that process came to its end, at a limit or by a crash; they have their sentence, too.
    harmful
        Pictures that ended in anything but a picture or a sentence, or after which a good picture was not read.
    longest_cpu_s
        Most processor time that one of them took, in seconds.
    longest_s
        Longest time from the offer to the answer, in seconds.
    peak_bytes
        Most resident memory of the process that decodes; `None` if it was lost or the system does not say.
    """

    kind: str
    files: int
    read: int
    refused: int
    ended: int
    harmful: int
    longest_cpu_s: float
    longest_s: float
    peak_bytes: int | None

    def document(self) -> dict[str, Any]:
        """The row for JSON."""
        return asdict(self)


def measure_pictures(report: Progress, mutated: int = MUTATED, seed: int = 0) -> list[OfferedPictures]:
    """Offer damaged copies of good pictures, then hostile ones, each followed by a good picture.

    Parameters
    ----------
    report
        Called with what is happening and the fraction done.
    mutated
        How many damaged copies.
    seed
        Which bytes are damaged, and how.

    Returns
    -------
    list of OfferedPictures
        All together, the damaged copies, each kind of `HOSTILE`.
    """
    kinds: list[tuple[str, Callable[[], Iterator[bytes]]]] = [(_DAMAGED, lambda: _damaged(mutated, seed))]
    kinds += [(kind, lambda make=make: iter([make()])) for kind, make in HOSTILE.items()]  # type: ignore[misc]  # a default's type is not inferred
    rows = []
    for number, (kind, files) in enumerate(kinds):
        report(f"offering pictures: {kind}", number / len(kinds))
        rows.append(_offered(kind, files()))
    peaks = [row.peak_bytes for row in rows if row.peak_bytes is not None]
    counts = {
        what: sum(getattr(row, what) for row in rows) for what in ("files", "read", "refused", "ended", "harmful")
    }
    longest = {what: max(getattr(row, what) for row in rows) for what in ("longest_cpu_s", "longest_s")}
    return [OfferedPictures("all", **counts, **longest, peak_bytes=max(peaks, default=None)), *rows]


def _offered(kind: str, files: Iterator[bytes]) -> OfferedPictures:
    decoder, good = PictureDecoder(), digit_photograph()
    became: list[str] = []
    seconds, spent = [0.0], [0.0]
    peaks: list[int | None] = []
    decoder.open(good, "good")
    for data in files:
        start = time.perf_counter()
        what = _became(decoder, data, spent)
        seconds.append(time.perf_counter() - start)
        peaks.append(peak_bytes_of(decoder.pid) if decoder.pid is not None else None)
        became.append(what if _became(decoder, good, []) == "read" else "harmful")
    decoder.close()
    known = [peak for peak in peaks if peak is not None]
    counts = {what: became.count(what) for what in ("read", "refused", "ended", "harmful")}
    return OfferedPictures(
        kind,
        len(became),
        **counts,
        longest_cpu_s=max(spent),
        longest_s=max(seconds),
        peak_bytes=max(known, default=None),
    )


def _became(decoder: PictureDecoder, data: bytes, spent: list[float]) -> str:
    try:
        decoder.open(data, "offered", spent.append)
    except ImageError as error:
        return "ended" if isinstance(error.__cause__, ResidentEndedError) else "refused"
    except HalfBitsError:
        return "harmful"
    return "read"


def _damaged(count: int, seed: int) -> Iterator[bytes]:
    """Copies of a picture in every format, with bytes overwritten, and some of them cut off."""
    random = np.random.default_rng(seed)
    picture = Image.new("L", (120, 120), 220)
    ImageDraw.Draw(picture).line([(40, 30), (80, 30), (55, 95)], 30, 9)
    for number in range(count):
        file = io.BytesIO()
        picture.save(file, FORMATS[number % len(FORMATS)])
        broken = bytearray(file.getvalue())
        for place in random.integers(0, len(broken), random.integers(1, 6)):
            broken[place] = random.integers(256)
        yield bytes(broken[: len(broken) if random.random() < 0.6 else int(random.integers(1, len(broken)))])
