"""Rule by which times of both files, measured here or recorded, judge the impact on latency."""

from collections.abc import Sequence

from fp16core.claims.evidence import Verdict, graded
from fp16core.modes.files_time import FilesTime, summary_text
from fp16core.modes.latency import Difference, ratio_text
from fp16core.text import count_text

_MINIMAL, _SMALL = 0.10, 0.25
"""Shares of the time by which an impact on latency is minimal, and small."""

LATENCY_RULE = (
    "Minimal means: holds if the 99 % interval of the ratio lies within ±10 % for every size of batch, partly within "
    "±25 %. Where an interval is wider than that, and no difference measurable, nothing is decided. Where no times "
    "were measured here, a recording of the same two files on another machine's processor is judged by the same rule; "
    "recordings of other files decide nothing."
)


def latency_verdict(found: Sequence[FilesTime]) -> Verdict:
    """Verdict by `LATENCY_RULE`."""
    if not _is_decided(found):
        return Verdict.NOT_JUDGED
    return graded(all(_within(x, _MINIMAL) for x in found), all(_within(x, _SMALL) for x in found))


def latency_text(found: Sequence[FilesTime]) -> str:
    """Times of the float16 file against the float32 file, in words."""
    ratios = ", ".join(f"{count_text(x.batch, 'image')} at once {ratio_text(x.ratio)}" for x in found)
    is_silent = all(x.difference is Difference.NONE for x in found)
    summary = "this machine is too noisy to tell" if is_silent and not _is_decided(found) else summary_text(found)
    return f"{summary}; float16 / float32: {ratios}"


def _is_decided(found: Sequence[FilesTime]) -> bool:
    """Return whether each interval shows a difference, or is narrow enough to rule one out."""
    return all(x.difference is not Difference.NONE or _within(x, _SMALL) for x in found)


def _within(time: FilesTime, share: float) -> bool:
    return 1 - share <= time.ratio.low and time.ratio.high <= 1 + share
