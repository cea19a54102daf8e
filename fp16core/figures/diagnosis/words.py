"""Words of an operator's range and of its error, as charts and pages say them."""

import math

from fp16core.diagnosis.outcome import OperatorReading
from fp16core.diagnosis.results import OperatorError, OperatorRange
from fp16core.text import decibels_text, percent_text, small_text


def snr_text(found: OperatorError) -> str:
    """Signal-to-noise ratio of an operator's results: ``55.1 dB``, ``no error``, ``NaN or infinite``."""
    if found.not_finite or math.isnan(found.snr_db):
        return "NaN or ∞"
    return "no error" if found.snr_db == math.inf else decibels_text(found.snr_db)


def range_sentence(node: OperatorReading, found: OperatorRange | None) -> str:
    """An operator with the range of its float32 values."""
    name = f"{node.kind}, operator {node.operator}"
    if found is None:
        return f"{name}: computes no floating-point numbers"
    said = f"{name}: {small_text(found.low)} to {small_text(found.high)}"
    if found.intermediate:
        said += f"; {found.intermediate} up to {small_text(found.intermediate_largest)}"
    if found.overflows:
        return said + ", too large for float16" + (", but no output changes" if found.reaches_output is False else "")
    if found.zeroed_share:
        said += f"; {percent_text(found.zeroed_share)} become 0"
    return said


def error_sentence(node: OperatorReading, found: OperatorError | None) -> str:
    """An operator with the error of its results in float16 arithmetic."""
    name = f"{node.kind}, operator {node.operator}"
    if found is None:
        return f"{name}: computes no floating-point numbers"
    if found.not_finite:
        return f"{name}: {found.not_finite:,} results are infinite or not numbers"
    stays = "" if found.is_float16 else ", computed in float32"
    return f"{name}: {snr_text(found)}, largest error {small_text(found.max_abs_error)}{stays}"
