"""Facts on a visitor's GPU, from the document that the page *Size and speed* offers."""

import statistics
from collections.abc import Mapping
from typing import Any

from fp16core.recordings.checks import checked_ratio, require
from fp16core.recordings.recording import BrowserFacts
from fp16core.webgpu.wgsl import Precision


def browser_facts(document: Mapping[str, Any]) -> BrowserFacts:
    """Facts that a document states which follows the schema.

    Raises
    ------
    ValueError
        If its parts contradict each other.
    """
    half, images = Precision.FLOAT16.value, document["images"]
    answers, probes, times_ms = document["answers"], document["probes"], document["times_ms"]
    changed = {precision: found["changed_predictions"] for precision, found in answers.items()}
    require(max(changed.values()) <= images, f"answers has {max(changed.values()):,} changed answers of {images:,}")
    require({*answers} == {*probes}, f"answers are for {', '.join(answers)}, probes for {', '.join(probes)}")
    ratio = document["float16_over_float32_time"]
    return BrowserFacts(
        document["adapter"],
        images,
        changed,
        probes[half]["is_real"] if half in probes else None,
        document["timed_images"],
        {precision: statistics.median(times) for precision, times in times_ms.items() if times},
        None if ratio is None else checked_ratio(ratio, "float16_over_float32_time"),
    )
