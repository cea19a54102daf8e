"""All tables of a diagnosis, and those of its verdicts, files, cures and costs."""

from fp16core.diagnosis.file_results import CastFile, CastTensor
from fp16core.diagnosis.outcome import CureStep, Diagnosis
from fp16core.diagnosis.results import ArithmeticVerdict
from fp16core.diagnosis.tables.cells import NONE, WORST, Columns, columns_of, snr_text, yes_text
from fp16core.diagnosis.tables.operators import (
    constant_rows,
    float32_remark,
    operator_rows,
    output_rows,
    range_rows,
)
from fp16core.text import bytes_text, small_text

_KEPT = {True: ", kept", False: ""}


def all_tables(diagnosis: Diagnosis) -> dict[str, Columns]:
    """All tables that have rows, but for verdicts and cures, by their titles."""
    found = {
        "operators whose float32 values leave float16's range": range_rows(diagnosis),
        "constants that float16 cannot hold": constant_rows(diagnosis),
    }
    for verdict in _measured(diagnosis):
        found[f"outputs: {verdict.device}"] = output_rows(verdict)
        found[f"operators furthest from float32: {verdict.device}"] = operator_rows(verdict)
    for cast in diagnosis.file.casts:
        found[f"weights, as {cast.by} casts them"] = cast_rows(cast)
        found[f"weights that {cast.by} does more to than round"] = changed_weight_rows(cast)
    found["where it runs"] = placement_rows(diagnosis)
    found["cost"] = cost_rows(diagnosis)
    return {title: columns for title, columns in found.items() if any(columns.values())}


def remarks(diagnosis: Diagnosis) -> list[str]:
    """Sentences on operators that stayed in float32, one for each device with any."""
    return [found for verdict in diagnosis.arithmetic if (found := float32_remark(verdict))]


def verdict_rows(diagnosis: Diagnosis) -> Columns:
    """One row for each verdict: its subject, outcome and sentence."""
    verdicts = [
        ("file", diagnosis.file.finding, diagnosis.file.sentence),
        ("range", diagnosis.range.finding, diagnosis.range.sentence),
        *((found.device, found.finding, found.sentence) for found in _measured(diagnosis)),
        ("placement", diagnosis.placement.finding, diagnosis.placement.sentence),
    ]
    if diagnosis.cure is not None:
        verdicts.append(("cure", diagnosis.cure.finding, diagnosis.cure.sentence))
    return columns_of(("verdict", "finding", "in words"), ((who, what.value, words) for who, what, words in verdicts))


def cast_rows(cast: CastFile) -> Columns:
    """Weights of each kind of operator, as one converter casts them."""
    return columns_of(
        ("operator", "cast to float16", "left in float32", "bytes left"),
        (
            (kind.kind, f"{kind.cast_weights:,}", f"{kind.kept_weights:,}", bytes_text(kind.kept_bytes))
            for kind in cast.kinds
        ),
    )


def changed_weight_rows(cast: CastFile, limit: int = WORST) -> Columns:
    """Tensors to which the cast does more than round: with infinite, clamped, zero or subnormal numbers."""

    def lost(tensor: CastTensor) -> tuple[int, ...]:
        return tensor.infinite, tensor.clamped, tensor.zero, tensor.subnormal

    changed = sorted((tensor for tensor in cast.tensors if any(lost(tensor))), key=lost, reverse=True)
    return columns_of(
        ("tensor", "weights", "infinite", "clamped", "zero", "subnormal", "largest relative error"),
        (
            (
                tensor.tensor,
                f"{tensor.weights:,}",
                *(f"{count:,}" for count in lost(tensor)),
                small_text(tensor.max_relative_error),
            )
            for tensor in changed[:limit]
        ),
    )


def cure_rows(diagnosis: Diagnosis) -> Columns:
    """One row for each cure that was tried, in order."""
    return columns_of(
        ("", "cure", "for", "bytes", "SNR", "NaN or ∞", "kept"),
        (
            (
                str(number),
                step.sentence,
                step.disease,
                bytes_text(step.size_bytes),
                snr_text(step),
                f"{step.not_finite:,}",
                yes_text(step.is_kept),
            )
            for number, step in enumerate(() if diagnosis.cure is None else diagnosis.cure.steps)
        ),
    )


def step_text(step: CureStep) -> str:
    """A cure in a line: what was done, and what it gave."""
    gave = f"{step.not_finite:,} results NaN or infinite" if step.not_finite else snr_text(step)
    return f"{step.sentence} {step.disease.capitalize()}: {gave}, {bytes_text(step.size_bytes)}{_KEPT[step.is_kept]}."


def placement_rows(diagnosis: Diagnosis) -> Columns:
    """One row for each delegate: its parts, and the operators that it runs."""
    return columns_of(
        ("delegate", "parts", "operators"),
        (
            (delegate, f"{len(parts):,}", f"{sum(len(part.operators) for part in parts):,}")
            for delegate, parts in diagnosis.placement.parts.items()
        ),
    )


def cost_rows(diagnosis: Diagnosis) -> Columns:
    """Load time, memory of a copy and latency of both files, as far as they were measured."""
    placement = diagnosis.placement
    rows = (
        ("loading", placement.load_ms, lambda value: f"{small_text(value)} ms"),
        ("one more copy", placement.copy_bytes, bytes_text),
        ("a call", placement.latency_us, lambda value: f"{small_text(value)} µs"),
    )
    return columns_of(
        ("", "float32 file", "float16 file"),
        (
            (what, *(words(measured[role]) if role in measured else NONE for role in ("reference", "target")))
            for what, measured, words in rows
            if measured
        ),
    )


def _measured(diagnosis: Diagnosis) -> list[ArithmeticVerdict]:
    """Verdicts on arithmetic, then that on the float16 file in float32 arithmetic, if there is one."""
    return [*diagnosis.arithmetic, *(() if diagnosis.storage is None else (diagnosis.storage,))]
