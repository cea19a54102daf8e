"""The map of formats: the cost of each number of exponent and mantissa bits, as cells to draw and as a table."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from fp16core.csv_text import csv_text
from fp16core.figures.base.style import DELTA_COLOUR, WARNING_COLOUR
from fp16core.lab.dial import DialResult
from fp16core.numerics.formats import PRESETS, FloatFormat
from fp16core.text import count_text, percent_text

_SCALE = ((0.0, "#cfe8df"), (0.45, DELTA_COLOUR), (1.0, WARNING_COLOUR))
"""Colours from no changed answer to all of them, on a logarithmic scale."""


def format_cells(formats: Sequence[FloatFormat], results: Sequence[DialResult]) -> list[dict[str, Any]]:
    """Cells of the formats measured so far.

    Returns
    -------
    list of dict
        ``place`` (exponent and mantissa bits), ``colour``, ``breaks``, and as words ``bits``, ``fields``,
        ``accuracy``, ``changed``.
    """
    return [
        {
            "place": f"{form.exponent_bits},{form.mantissa_bits}",
            "colour": _colour(result.changed_predictions, result.accuracy.total),
            "breaks": result.breaks,
            "bits": bits_text(form),
            "fields": fields_text(form),
            "accuracy": percent_text(result.accuracy.value),
            "changed": count_text(result.changed_predictions, "image"),
        }
        for form, result in zip(formats, results, strict=False)
    ]


def scale_ticks(total: int) -> list[dict[str, Any]]:
    """Legend of the colours: numbers of changed answers up to ``total``, each with its colour."""
    counts = [0, *(10**power for power in range(1, round(math.log10(max(total, 10))) + 1))]
    return [{"text": f"{count:,}", "colour": _colour(count, total)} for count in counts if count <= total]


def bits_text(form: FloatFormat) -> str:
    """Width of a format, and its name if it has one: ``8 bits (FP8 E4M3)``."""
    is_preset = form in PRESETS.values()
    return count_text(form.width, "bit") + (f" ({form.title})" if is_preset else "")


def fields_text(form: FloatFormat) -> str:
    """Fields of a format: ``1 sign + 4 exponent + 3 mantissa``."""
    return f"{form.has_sign:d} sign + {form.exponent_bits} exponent + {form.mantissa_bits} mantissa"


def format_csv(formats: Sequence[FloatFormat], results: Sequence[DialResult]) -> str:
    """The formats measured so far as comma-separated values."""
    titles = ["exponent bits", "mantissa bits", "accuracy (%)", "changed answers", "largest logit change"]
    return csv_text(
        [
            titles,
            *(
                [
                    form.exponent_bits,
                    form.mantissa_bits,
                    100 * result.accuracy.value,
                    result.changed_predictions,
                    result.max_abs_logit_delta,
                ]
                for form, result in zip(formats, results, strict=False)
            ),
        ]
    )


def _colour(changed: int, total: int) -> str:
    share = math.log(1 + changed) / math.log(1 + total)
    (low, start), (high, end) = next((below, above) for below, above in pairwise(_SCALE) if share <= above[0])
    part = (share - low) / (high - low)
    mixed = (round(int(start[at : at + 2], 16) * (1 - part) + int(end[at : at + 2], 16) * part) for at in (1, 3, 5))
    return "#" + "".join(f"{value:02x}" for value in mixed)
