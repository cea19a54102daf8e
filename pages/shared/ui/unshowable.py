"""Pages that cannot show a pair, by the measurements that fail on it."""

from collections.abc import Mapping

SHOWN_ON = {
    "claims": "Claims and words",
    "single images": "Digits",
    "graphs": "Size and speed",
    "propagation": "Layers",
    "overflow": "Limits",
    "formats": "Limits",
    "bounds": "Answers",
}
"""Names of the pages that show the measurements of `fp16core.worker.trial.rehearsal.REHEARSALS`."""


def pages_without(failed: Mapping[str, str]) -> tuple[str, ...]:
    """Sentences on the pages that cannot show a pair, one for each reason; ``failed`` as `Tried.failed`."""
    pages: dict[str, dict[str, None]] = {}
    for measurement, reason in failed.items():
        pages.setdefault(reason, {})[SHOWN_ON[measurement]] = None
    return tuple(f"Cannot be shown on {' and '.join(names)}: {reason}" for reason, names in pages.items())
