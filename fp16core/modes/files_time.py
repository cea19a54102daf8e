"""Time of the float16 file against the float32 file, measured here or recorded."""

from collections.abc import Sequence
from dataclasses import dataclass

from fp16core.modes.latency import Difference, ModeLatency, PairedRatio, difference_text
from fp16core.text import count_text


@dataclass(frozen=True)
class FilesTime:
    """Time of the float16 file over that of the float32 file, for one batch size, and the verdict on it."""

    batch: int
    ratio: PairedRatio
    difference: Difference


def files_times(found: ModeLatency) -> tuple[FilesTime, ...]:
    """Times of both files in a mode, by batch size."""
    return tuple(FilesTime(x.batch, x.files, x.difference) for x in found.latencies)


def summary_text(found: Sequence[FilesTime]) -> str:
    """Summary of both files' latency, for each batch size if anything differs."""
    if all(x.difference is Difference.NONE for x in found):
        return str(Difference.NONE.value)
    return "; ".join(f"{count_text(x.batch, 'image')} at once: {difference_text(x.difference, x.ratio)}" for x in found)
