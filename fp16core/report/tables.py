"""The tables of a report: columns of text by their headings."""

from collections.abc import Mapping, Sequence

from fp16core.modes.accuracy_tables import mode_rows
from fp16core.modes.latency_tables import latency_rows, memory_rows
from fp16core.numerics.propagation import Propagation
from fp16core.numerics.propagation_tables import step_table
from fp16core.report.charts import timed_modes
from fp16core.report.document import measured_modes
from fp16core.report.findings import Findings
from fp16core.text import bytes_text, percent_text, points_text, small_text
from fp16core.tflite.purposes import PURPOSES
from fp16core.tflite.size_account import size_account

Table = Mapping[str, Sequence[str]]


def comparison_table(findings: Findings) -> Table:
    """Both models side by side."""
    found = findings.comparison
    accuracies = found.reference.accuracy, found.target.accuracy
    rows = (
        (
            "file size",
            bytes_text(found.reference.size_bytes),
            bytes_text(found.target.size_bytes),
            f"{bytes_text(found.size_delta_bytes, signed=True)} ({found.size_ratio:.2f}× smaller)",
        ),
        ("accuracy", *(percent_text(a.value) for a in accuracies), points_text(found.accuracy_delta)),
        (
            "95 % interval (Wilson)",
            *(f"{percent_text(a.low)} to {percent_text(a.high)}" for a in accuracies),
            f"McNemar p = {found.mcnemar_p:.3g}",
        ),
        ("changed answers", "", "", f"{found.changed_predictions:,} of {found.images:,}"),
        ("largest logit change", "", "", small_text(found.max_abs_logit_delta)),
    )
    return _columns(("measured", "float32", "float16", "float16 − float32"), rows)


def bytes_table(findings: Findings) -> Table:
    """What the bytes of both files are for."""
    account = size_account(*findings.ledgers)
    rows = [
        (category, bytes_text(size), bytes_text(account.target[category]), PURPOSES[category])
        for category, size in account.reference.items()
        if size or account.target[category]
    ]
    rows.append(("whole file", bytes_text(account.reference_bytes), bytes_text(account.target_bytes), "the sum"))
    return _columns(("bytes of", "float32 file", "float16 file", "what for"), rows)


def weights_table(findings: Findings) -> Table:
    """What rounding did to each tensor."""
    rows = [
        (
            key,
            f"{t.reference.size:,} {t.noun}",
            str(t.stored.dtype),
            small_text(t.max_abs_error),
            percent_text(t.max_relative_error),
            f"{t.subnormal:,}",
            f"{t.underflowed:,}",
            f"{t.overflowed:,}",
        )
        for key, t in findings.roundings.items()
    ]
    heads = "tensor", "numbers", "stored as", "largest error", "largest relative error", "subnormal", "became 0"
    return _columns((*heads, "too large"), rows)


def operators_table(findings: Findings) -> Table | None:
    """The error after each operator, if it is known."""
    if not isinstance(findings.propagation, Propagation):
        return None
    columns = step_table(findings.propagation)
    return {name: columns[name] for name in ("operator", "float32", "largest error", "RMS error", "SNR", "bits")}


def mode_tables(findings: Findings) -> dict[str, Table]:
    """What was measured of the modes of execution, by headings."""
    found: dict[str, Table] = {}
    table = measured_modes(findings)
    if table is not None and table.runs:
        found["Answers and scores"] = mode_rows(table)
    if timed := timed_modes(findings):
        found["Time for an image: median and quartiles; ratio with its 99 % interval"] = latency_rows(timed)
        found["Loading, first run, and memory of one more copy"] = memory_rows(timed)
    return found


def _columns(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    return {head: [row[place] for row in rows] for place, head in enumerate(heads)}
