"""The report on a diagnosis."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fp16core.diagnosis.finding import Finding
from fp16core.diagnosis.outcome import Diagnosis
from fp16core.diagnosis.tables import whole as tables
from fp16core.figures.diagnosis import arithmetic, cure, graph, placement
from fp16core.glossary import term
from fp16core.report.charts import Chart
from fp16core.report.rendering import Report, rendered
from fp16core.text import bytes_text, count_text, decibels_text, share_text

_WORDS = ("reference", "target", "float32", "float16", "operator", "rounding error", "subnormal", "SNR", "decibel")
"""Terms of the glossary that a report on a diagnosis uses."""

_SIGNS = {Finding.SAFE: "✓", Finding.NOTHING_FOUND: "◐", Finding.BREAKS: "✗", Finding.UNKNOWN: "?"}

_LOOKS = {
    Finding.SAFE: ("holds", "kept"),
    Finding.NOTHING_FOUND: ("partly", "open"),
    Finding.BREAKS: ("fails", "broken"),
    Finding.UNKNOWN: ("not_measured", "open"),
}
"""Style of a badge, and of the answer."""


def make_diagnosis_report(diagnosis: Diagnosis, document: Mapping[str, Any], made_by: str, made_at: datetime) -> Report:
    """Render a report on a diagnosis.

    Parameters
    ----------
    diagnosis
        The diagnosis.
    document
        The same for JSON.
    made_by
        Command that made the report, without names of folders.
    made_at
        Time at which it was made, UTC.
    """
    drawn = _charts(diagnosis)
    answer, is_longer, reason = diagnosis.sentence.partition(". ")
    return rendered(
        "diagnosis.html.jinja",
        diagnosis.name,
        answer=f"{answer}." if is_longer else answer,
        reason=reason,
        diagnosis=diagnosis,
        document=document,
        charts=drawn,
        drawings={chart.key: chart.drawing() for chart in drawn},
        tables=tables.all_tables(diagnosis),
        cures=tables.cure_rows(diagnosis),
        remarks=tables.remarks(diagnosis),
        verdicts=tables.verdict_rows(diagnosis),
        findings={finding.value: (_SIGNS[finding], *_LOOKS[finding]) for finding in Finding},
        tiles=_tiles(diagnosis),
        words=[term(name) for name in _WORDS],
        made_by=made_by,
        made_at=made_at,
    )


def _tiles(diagnosis: Diagnosis) -> list[tuple[str, str, str]]:
    """Label, value and remark of the numbers that matter most."""
    found = [("File size, float32", bytes_text(diagnosis.size_bytes), diagnosis.name)]
    for cast in diagnosis.file.casts[:1]:
        share = f"{share_text(cast.account.size_share)} of the float32 file's"
        found.append(("File size, float16", bytes_text(cast.account.target_bytes), f"by {cast.by}; {share}"))
    for verdict in diagnosis.arithmetic:
        broken = sum(output.not_finite for output in verdict.outputs)
        worst = min((output.snr_db for output in verdict.outputs), default=float("inf"))
        value = f"{broken:,} NaN or infinite" if broken else decibels_text(worst)
        found.append(("Worst output in float16", value, verdict.device))
    overflowing = sum(op.overflows for op in diagnosis.range.operators)
    every = count_text(len(diagnosis.range.operators), "operator")
    found.append(("Beyond float16's range", f"{overflowing:,} of {every}", "values, or what is squared or summed"))
    return found


def _charts(diagnosis: Diagnosis) -> list[Chart]:
    nodes, found = diagnosis.graph, []
    if nodes and diagnosis.range.operators:
        shown = f"the first {graph.MOST_ROWS}" if len(nodes) > graph.MOST_ROWS else "all"
        found.append(
            Chart(
                "ranges",
                "The range of each operator's values, in float32",
                f"A row for each operator, {shown}; the band is what float16 holds as normal numbers.",
                "Magnitudes of each operator's results beside the range of float16",
                graph.by_range(nodes, diagnosis.range),
                is_wide=True,
            )
        )
    if any(verdict.operators for verdict in diagnosis.arithmetic):
        found.append(
            Chart(
                "errors",
                "The error along the graph, in float16 arithmetic",
                "The lower a mark, the larger the error relative to the operator's results; 6 dB are one bit.",
                "Signal-to-noise ratio after each operator, by device",
                arithmetic.snr_along(diagnosis.arithmetic),
                is_wide=True,
            )
        )
    if diagnosis.cure is not None and diagnosis.cure.steps:
        found.append(
            Chart(
                "cures",
                "What each cure costs, and what it gains",
                "Bytes of the file against the signal-to-noise ratio of the worst output after each step.",
                "Bytes of the file against the signal-to-noise ratio after each cure",
                cure.curve(diagnosis.cure),
                is_wide=True,
            )
        )
    if diagnosis.placement.parts:
        found.append(
            Chart(
                "placement",
                "Where the operators run",
                "A band for each part of the graph that a delegate runs as one.",
                "Parts of the graph by delegate",
                placement.bands(diagnosis.placement, len(nodes)),
                is_wide=True,
            )
        )
    return found
