"""Tables of operators, constants and outputs."""

import math

from fp16core.diagnosis.outcome import Diagnosis
from fp16core.diagnosis.results import ArithmeticVerdict, ConstantRange, OperatorError, OperatorRange
from fp16core.diagnosis.tables.cells import (
    NONE,
    WORST,
    Columns,
    columns_of,
    error_text,
    share_text,
    snr_text,
    yes_text,
)
from fp16core.text import count_text, small_text, weight_text

_ORDER = {"infinite": 0, "zero": 1, "subnormal": 2}


def range_rows(diagnosis: Diagnosis, limit: int = WORST) -> Columns:
    """Operators whose values, or what they square or sum inside, leave float16's range: overflows first, in order."""
    operators = diagnosis.range.operators
    marked = sorted((op for op in operators if op.overflows), key=lambda op: not op.reaches_output)
    marked += sorted((op for op in operators if not op.overflows and _lost(op)), key=_lost, reverse=True)
    return columns_of(
        ("no.", "operator", "tensor", "largest", "inside", "to 0", "subnormal", "reaches output"),
        (
            (
                str(op.operator),
                op.kind,
                op.tensor,
                small_text(max(abs(op.low), abs(op.high))),
                small_text(op.intermediate_largest) if op.intermediate else NONE,
                share_text(op.zeroed_share),
                share_text(op.subnormal_share),
                yes_text(op.reaches_output) if op.overflows else NONE,
            )
            for op in marked[:limit]
        ),
    )


def constant_rows(diagnosis: Diagnosis, limit: int = WORST) -> Columns:
    """Constants that float16 turns into another kind of number; those that reach an output first."""

    def importance(found: ConstantRange) -> tuple[bool, int]:
        return not found.reaches_output, _ORDER.get(found.becomes, len(_ORDER))

    return columns_of(
        ("read by no.", "operator", "constant", "value", "becomes", "numbers", "reaches output"),
        (
            (
                str(found.operator),
                found.kind,
                found.tensor,
                weight_text(found.value),
                found.becomes,
                f"{found.numbers:,}",
                yes_text(found.reaches_output),
            )
            for found in sorted(diagnosis.range.constants, key=importance)[:limit]
        ),
    )


def output_rows(verdict: ArithmeticVerdict) -> Columns:
    """One row for each output in float16 arithmetic on one device."""
    outputs = verdict.outputs
    columns = columns_of(
        ("output", "SNR", "largest error", "largest value", "NaN or ∞"),
        (
            (
                found.name,
                snr_text(found),
                error_text(found),
                small_text(found.largest),
                f"{found.not_finite:,}",
            )
            for found in outputs
        ),
    )
    if any(found.same_argmax is not None for found in outputs):
        columns["same class"] = [
            NONE if found.same_argmax is None else f"{found.same_argmax:,} of {found.samples:,}" for found in outputs
        ]
    if any(found.tolerance is not None for found in outputs):
        columns["tolerance"] = [NONE if found.tolerance is None else small_text(found.tolerance) for found in outputs]
        columns["within"] = [NONE if found.is_within is None else yes_text(found.is_within) for found in outputs]
    return columns


def operator_rows(verdict: ArithmeticVerdict, limit: int = WORST) -> Columns:
    """Operators that are furthest from float32 on one device: those with NaN or infinities first, then by SNR."""

    def badness(op: OperatorError) -> tuple[bool, float]:
        return not op.not_finite, -math.inf if math.isnan(op.snr_db) else op.snr_db

    return columns_of(
        ("no.", "operator", "tensor", "SNR", "largest error", "NaN or ∞", "in"),
        (
            (
                str(op.operator),
                op.kind,
                op.tensor,
                snr_text(op),
                error_text(op),
                f"{op.not_finite:,}",
                "float16" if op.is_float16 else "float32",
            )
            for op in sorted(verdict.operators, key=badness)[:limit]
        ),
    )


def float32_remark(verdict: ArithmeticVerdict) -> str:
    """A sentence on the operators that stayed in float32 on a device; empty if none did."""
    kept = [op.kind for op in verdict.operators if not op.is_float16]
    if not kept:
        return ""
    every = count_text(len(verdict.operators), "operator")
    return f"{verdict.device}: {len(kept):,} of {every} stayed in float32 ({', '.join(sorted(set(kept)))})."


def _lost(op: OperatorRange) -> float:
    return op.zeroed_share + op.subnormal_share
