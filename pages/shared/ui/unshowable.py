"""Pages that cannot show a pair, by the measurements that fail on it."""

from collections.abc import Mapping

SHOWN_ON = {
    "claims": "Claims and words",
    "single images": "Digits",
    "graphs": "Files",
    "propagation": "Layers",
    "overflow": "Overflow",
    "formats": "Precision dial",
    "bounds": "Guarantee",
}
"""Titles of the pages that show the measurements of `fp16core.worker.trial.rehearsal.REHEARSALS`."""


def pages_without(failed: Mapping[str, str]) -> tuple[str, ...]:
    """Sentences on the pages that cannot show a pair, one for each reason; ``failed`` as `Tried.failed`."""
    pages: dict[str, list[str]] = {}
    for measurement, reason in failed.items():
        pages.setdefault(reason, []).append(SHOWN_ON[measurement])
    return tuple(f"Cannot be shown on {' and '.join(titles)}: {reason}" for reason, titles in pages.items())
