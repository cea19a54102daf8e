"""Tables of a report: columns of text by heading."""

from collections.abc import Mapping, Sequence

from fp16core.evaluate.comparison_document import comparison_document
from fp16core.evaluate.comparison_table import COLUMNS, comparison_rows
from fp16core.modes.accuracy_tables import emulation_rows, mode_rows
from fp16core.modes.emulated import Accounted
from fp16core.modes.latency_tables import latency_rows, memory_rows
from fp16core.numerics.propagation import Propagation
from fp16core.numerics.propagation_tables import step_table
from fp16core.recordings.device import devices
from fp16core.recordings.device_words import device_rows
from fp16core.report.charts import timed_modes
from fp16core.report.document import measured_modes
from fp16core.report.findings import Findings
from fp16core.study.columns import effect_columns
from fp16core.study.statistics import MARGIN
from fp16core.text import bytes_text, percent_text, small_text
from fp16core.tflite.purposes import PURPOSES
from fp16core.tflite.size_account import size_account

Table = Mapping[str, Sequence[str]]

_LEFT_OUT = (
    "trainings with changes",
    "mean, in points",
    "largest logit change",
    "least flip factor",
    "least SNR",
    "proven",
)
"""Columns on trainings for which paper has no room; the JSON document has them."""


def comparison_table(findings: Findings) -> Table:
    """Both models side by side."""
    document = comparison_document(findings.pair.name, findings.comparison, findings.casting)
    return _columns(("measured", *COLUMNS[1:]), comparison_rows(document))


def bytes_table(findings: Findings) -> Table:
    """Bytes of both files by purpose."""
    account = size_account(*findings.ledgers)
    rows = [
        (category, bytes_text(size), bytes_text(account.target[category]), PURPOSES[category])
        for category, size in account.reference.items()
        if size or account.target[category]
    ]
    rows.append(("whole file", bytes_text(account.reference_bytes), bytes_text(account.target_bytes), "the sum"))
    return _columns(("bytes of", "float32 file", "float16 file", "what for"), rows)


def trainings_table(findings: Findings) -> Table | None:
    """Effect of float16 over many trainings of the pair's recipe; `None` if there are none."""
    if findings.luck is None:
        return None
    columns = effect_columns(findings.luck, MARGIN)
    return {name: values for name, values in columns.items() if name not in _LEFT_OUT}


def weights_table(findings: Findings) -> Table:
    """Effect of rounding on each tensor."""
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
    """Error after each operator; `None` if it is unknown."""
    if not isinstance(findings.propagation, Propagation):
        return None
    columns = step_table(findings.propagation)
    return {name: columns[name] for name in ("operator", "float32", "largest error", "RMS error", "SNR", "bits")}


def mode_tables(findings: Findings) -> dict[str, Table]:
    """Tables on the modes of execution, by heading."""
    found: dict[str, Table] = {}
    table = measured_modes(findings)
    if table is not None and table.runs:
        found["Answers and logits"] = mode_rows(table)
    for mode, accounted in findings.evidence.runtimes.accounted.items():
        if isinstance(accounted, Accounted):
            found[f"{mode.title}: the float16 file’s logits against an emulation"] = emulation_rows(accounted)
    if timed := timed_modes(findings):
        found["Time per image: median and quartiles; ratio with its 99 % interval"] = latency_rows(timed)
        found["Loading, first run, and memory of one more copy"] = memory_rows(timed)
    return found


def recordings_table(findings: Findings) -> Table:
    """Recorded hardware; empty if there is none."""
    found = devices(findings.evidence.runtimes.recordings)
    return device_rows(found, findings.pair) if found else {}


def _columns(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    return {head: [row[place] for row in rows] for place, head in enumerate(heads)}
