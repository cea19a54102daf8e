"""Cells of tables: numbers and answers in words."""

import math
from collections.abc import Iterable, Sequence

from fp16core.diagnosis.outcome import CureStep
from fp16core.diagnosis.results import OperatorError, OutputError
from fp16core.text import decibels_text, percent_text, small_text

Columns = dict[str, list[str]]

WORST = 10
"""Rows of a table of the worst operators, constants or tensors."""

NONE = "–"


def snr_text(measured: OutputError | OperatorError | CureStep) -> str:
    """Signal-to-noise ratio in words: ``72.7 dB``, ``no error``, or a dash where no number is finite."""
    if math.isfinite(measured.snr_db):
        return decibels_text(measured.snr_db)
    return "no error" if measured.snr_db > 0 and not measured.not_finite else NONE


def columns_of(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> Columns:
    """Columns of a table, by their titles, from its rows."""
    cells = list(rows)
    return {title: [row[place] for row in cells] for place, title in enumerate(titles)}


def error_text(measured: OutputError | OperatorError) -> str:
    """Largest error, or a dash where no number is finite."""
    return NONE if math.isnan(measured.snr_db) else small_text(measured.max_abs_error)


def yes_text(answer: bool | None) -> str:
    """``yes``, ``no``, or ``unknown`` for None."""
    return "unknown" if answer is None else "yes" if answer else "no"


def share_text(share: float) -> str:
    """A share as a percentage; a dash for 0."""
    return percent_text(share) if share else NONE
