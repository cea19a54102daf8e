"""The report on a pair of models."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fp16core.claims.answer import RULE, SCOPE_WITHOUT_FLOAT16, answer, scope
from fp16core.claims.evidence import Verdict
from fp16core.glossary import term
from fp16core.recordings.device import devices
from fp16core.recordings.device_words import predicted_text, why_text
from fp16core.report import tables
from fp16core.report.charts import charts, mode_charts
from fp16core.report.document import judged_claims, measured_modes
from fp16core.report.findings import Findings
from fp16core.report.pictures import MOST, pictures
from fp16core.report.rendering import Report, rendered
from fp16core.report.source import source_tables
from fp16core.runtime.gpu_log import Adapter
from fp16core.study.tables import answer_text
from fp16core.vocabulary import TUTORIAL_URL

_WORDS = (
    "reference",
    "target",
    "float32",
    "float16",
    "logit",
    "margin",
    "changed answer",
    "flip factor",
    "95 % interval",
    "Wilson interval",
    "McNemar test",
    "p-value",
    "point",
    "rounding error",
    "subnormal",
    "operator",
    "SNR",
    "decibel",
    "RMS",
    "proven",
    "interval arithmetic",
    "mode of execution",
    "SHA-256",
)
"""Terms of the glossary that a report uses."""

_SIGNS = {
    Verdict.HOLDS: "✓",
    Verdict.PARTLY: "◐",
    Verdict.FAILS: "✗",
    Verdict.NOT_MEASURED: "–",
    Verdict.NOT_JUDGED: "?",
}


def make_report(findings: Findings, document: Mapping[str, Any]) -> Report:
    """Render a report.

    Parameters
    ----------
    findings
        Everything measured of the pair.
    document
        The same as numbers, by `report_document`.
    """
    drawn, of_modes, modes = charts(findings), mode_charts(findings), measured_modes(findings)
    claims = judged_claims(findings)
    verdicts = Counter(claim.verdict for claim in claims)
    return rendered(
        "page.html.jinja",
        findings.pair.name,
        luck="" if findings.luck is None else answer_text(findings.luck),
        answer=answer(findings.comparison, findings.casting),
        remarks=findings.casting.out_of_range(findings.comparison),
        rule=RULE,
        findings=findings,
        comparison=findings.comparison,
        document=document,
        charts=drawn,
        mode_charts=of_modes,
        drawings={chart.key: chart.drawing() for chart in (*drawn, *of_modes)},
        claims=claims,
        verdicts={verdict: verdicts[verdict] for verdict in Verdict if verdicts[verdict]},
        signs=_SIGNS,
        words=[term(name) for name in _WORDS],
        pictures=pictures(findings),
        most_pictures=MOST,
        tables=tables,
        scope=scope(modes) if findings.casting.holds_float16 else SCOPE_WITHOUT_FLOAT16,
        has_modes=modes is not None,
        recorded=_recorded(findings),
        adapters=_adapters(findings),
        refused_modes=_refused(findings),
        not_followed=_unknown(findings, findings.propagation),
        not_proven=_unknown(findings, findings.guarantee),
        source=source_tables(document),
        made_at=datetime.fromisoformat(document["made"]["at_utc"]),
        tutorial=TUTORIAL_URL,
    )


def _refused(findings: Findings) -> dict[str, str]:
    """Reasons why modes of execution are unavailable, by mode."""
    table = findings.evidence.runtimes.table
    outcomes = {} if table is None else table.outcomes
    return {mode.title: why for mode, why in outcomes.items() if isinstance(why, str)}


def _adapters(findings: Findings) -> list[Adapter]:
    """Graphics adapters that ran the modes on a GPU."""
    runtimes = findings.evidence.runtimes
    found = [run.adapter for run in (runtimes.table.runs if runtimes.table is not None else ())]
    found += [timed.adapter for timed in runtimes.latencies.values()]
    return list(dict.fromkeys(adapter for adapter in found if adapter is not None))


def _recorded(findings: Findings) -> str:
    """Sentences on recorded hardware; empty if there is none."""
    recordings = findings.evidence.runtimes.recordings
    found = devices(recordings)
    if not found:
        return ""
    is_ours = any(device.recording.is_of(findings.pair) for device in found)
    scope = "" if is_ours else " None of it was measured with these two files, so none of it decides a claim."
    return " ".join(filter(None, (predicted_text(found), why_text(found)))) + scope


def _unknown(_findings: Findings, found: object) -> str | None:
    return found if isinstance(found, str) else None
