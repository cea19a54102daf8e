"""Table of a comparison, made from its document: for the command line, reports and benchmarks."""

from collections.abc import Mapping
from typing import Any

from fp16core.text import bytes_text, percent_text, points_text, small_text

COLUMNS = ("", "float32", "float16", "float16 − float32")
"""Headings of the table."""


def comparison_rows(document: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    """Rows of sizes, accuracies and changes, a text for each of `COLUMNS`.

    Parameters
    ----------
    document
        As `comparison_document` returns it; numbers that are not finite may be None.
    """
    (reference_size, target_size), (reference, target), intervals = (
        [document[f"{role}_{value}"] for role in ("reference", "target")]
        for value in ("size_bytes", "accuracy", "accuracy_interval")
    )
    low_to_high = [f"{percent_text(low)} to {percent_text(high)}" for low, high in intervals]
    change = f"{bytes_text(target_size - reference_size, signed=True)} ({document['size_ratio']:.2f}× smaller)"
    delta = f"{points_text(document['accuracy_delta'])} (McNemar p = {document['mcnemar_p']:.3g})"
    largest = document["max_abs_logit_delta"]
    return [
        ("file size", bytes_text(reference_size), bytes_text(target_size), change),
        ("accuracy", percent_text(reference), percent_text(target), delta),
        ("95 % Wilson interval", low_to_high[0], low_to_high[1], ""),
        ("changed answers", "", "", f"{document['changed_predictions']:,}"),
        ("largest logit change", "", "", "not a number" if largest is None else small_text(largest)),
    ]
