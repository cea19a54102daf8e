"""Damaged and hostile pictures, submitted the way visitors submit them, counted by outcome and cost."""

import io
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from fp16core.bench.strangers.hostile_pictures import HOSTILE, digit_photograph
from fp16core.images.picture_file import FORMATS
from fp16core.resident.endings import ResidentEndedError
from fp16core.system.memory import peak_bytes_of
from fp16core.training.recipe import Progress
from fp16core.vocabulary import HalfBitsError, ImageError
from fp16core.worker.decoder import PictureDecoder

MUTATED = 700
"""Damaged copies of good pictures."""

_DAMAGED = "damaged copies in seven formats"


@dataclass(frozen=True)
class PictureOutcomes:
    """Outcomes of the pictures of one kind.

    Attributes
    ----------
    kind
        Kind of damage.
    files
        Number of pictures.
    read
        Pictures that were decoded nevertheless.
    refused
        Pictures that were refused with a message, while the decoding process continued.
    ended
        Pictures at which that process ended, at a limit or by a crash; these get a message as well.
    harmful
        Pictures with any other outcome, or after which a good picture was not read.
    longest_cpu_s
        Largest processor time of one of them, in seconds.
    longest_s
        Longest time from submission to answer, in seconds.
    peak_bytes
        Largest resident memory of the decoding process; `None` if it was lost or the system does not report it.
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


def measure_pictures(report: Progress, mutated: int = MUTATED, seed: int = 0) -> list[PictureOutcomes]:
    """Submit damaged copies of good pictures, then hostile ones, each followed by a good picture.

    Parameters
    ----------
    report
        Called with a description of the current step and the fraction done.
    mutated
        Number of damaged copies.
    seed
        Seed of the damage.

    Returns
    -------
    list of PictureOutcomes
        All together, the damaged copies, each kind of `HOSTILE`.
    """
    kinds: list[tuple[str, Callable[[], Iterator[bytes]]]] = [(_DAMAGED, lambda: _damaged(mutated, seed))]
    kinds += [(kind, lambda make=make: iter([make()])) for kind, make in HOSTILE.items()]  # type: ignore[misc]  # a default's type is not inferred
    rows = []
    for number, (kind, files) in enumerate(kinds):
        report(f"submitting pictures: {kind}", number / len(kinds))
        rows.append(_submitted(kind, files()))
    peaks = [row.peak_bytes for row in rows if row.peak_bytes is not None]
    counts = {
        what: sum(getattr(row, what) for row in rows) for what in ("files", "read", "refused", "ended", "harmful")
    }
    longest = {what: max(getattr(row, what) for row in rows) for what in ("longest_cpu_s", "longest_s")}
    return [PictureOutcomes("all", **counts, **longest, peak_bytes=max(peaks, default=None)), *rows]


def _submitted(kind: str, files: Iterator[bytes]) -> PictureOutcomes:
    decoder, good = PictureDecoder(), digit_photograph()
    outcomes: list[str] = []
    seconds, spent = [0.0], [0.0]
    peaks: list[int | None] = []
    decoder.open(good, "good")
    for data in files:
        start = time.perf_counter()
        what = _outcome(decoder, data, spent)
        seconds.append(time.perf_counter() - start)
        peaks.append(peak_bytes_of(decoder.pid) if decoder.pid is not None else None)
        outcomes.append(what if _outcome(decoder, good, []) == "read" else "harmful")
    decoder.close()
    known = [peak for peak in peaks if peak is not None]
    counts = {what: outcomes.count(what) for what in ("read", "refused", "ended", "harmful")}
    return PictureOutcomes(
        kind,
        len(outcomes),
        **counts,
        longest_cpu_s=max(spent),
        longest_s=max(seconds),
        peak_bytes=max(known, default=None),
    )


def _outcome(decoder: PictureDecoder, data: bytes, spent: list[float]) -> str:
    try:
        decoder.open(data, "submitted", spent.append)
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
