"""Rendering of a report as one HTML file."""

import base64
import hashlib
import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from fp16core.claims.answer import RULE, SCOPE_WITHOUT_FLOAT16, answer, scope
from fp16core.claims.evidence import Verdict
from fp16core.glossary import term
from fp16core.report import tables
from fp16core.report.charts import charts, mode_charts
from fp16core.report.document import judged_claims, measured_modes
from fp16core.report.findings import Findings
from fp16core.report.pictures import MOST, pictures
from fp16core.report.source import source_tables
from fp16core.runtime.gpu_log import Adapter
from fp16core.text import bytes_text, count_text, percent_text, points_text, small_text
from fp16core.vocabulary import TUTORIAL_URL

_FOLDER = Path(__file__).parent

_LIBRARY = "<plotly.js>"
"""Placeholder of plotly.js. No text from outside can imitate it, as its brackets are escaped."""

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


@dataclass(frozen=True)
class Report:
    """A report, compressed without plotly.js, which is the same in all reports and most of the file.

    Attributes
    ----------
    file_name
        Name of the file, in letters that any file system accepts.
    size_bytes
        Size of the whole file.
    """

    file_name: str
    size_bytes: int
    _packed: bytes = field(repr=False)

    def html(self) -> bytes:
        """Return the contents of the file."""
        return zlib.decompress(self._packed).replace(_LIBRARY.encode(), _plotly())


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
    script = _read("page.js")
    claims = judged_claims(findings)
    verdicts = Counter(claim.verdict for claim in claims)
    text = (
        _templates()
        .get_template("page.html.jinja")
        .render(
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
            adapters=_adapters(findings),
            refused_modes=_refused(findings),
            not_followed=_unknown(findings, findings.propagation),
            not_proven=_unknown(findings, findings.guarantee),
            source=source_tables(document),
            made_at=datetime.fromisoformat(document["made"]["at_utc"]),
            tutorial=TUTORIAL_URL,
            style=Markup(_read("page.css")),  # noqa: S704 - our own file
            script=Markup(script),  # noqa: S704 - our own file
            library=Markup(_LIBRARY),  # noqa: S704 - our own text
            library_bytes=len(_plotly()),
            script_digests=[_plotly_digest(), _digest(script.encode())],
        )
    )
    packed = text.encode()
    return Report(
        f"half-the-bits-{_file_name(findings.pair.name)}.html",
        len(packed) - len(_LIBRARY) + len(_plotly()),
        zlib.compress(packed),
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


def _unknown(_findings: Findings, found: object) -> str | None:
    return found if isinstance(found, str) else None


@cache
def _templates() -> Environment:
    templates = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals |= {"zip": zip, "definition": term}
    for words in (bytes_text, count_text, percent_text, points_text, small_text):
        templates.filters[words.__name__] = words
    return templates


@cache
def _read(name: str) -> str:
    return (_FOLDER / name).read_text("utf-8")


@cache
def _plotly() -> bytes:
    """Contents of plotly.js, kept: reading it for every report would take three times its size in memory each time."""
    return str(get_plotlyjs()).encode()


@cache
def _plotly_digest() -> str:
    return _digest(_plotly())


def _digest(script: bytes) -> str:
    """Source expression by which a content security policy allows a script."""
    return f"sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}"


def _file_name(name: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9.]+", "-", ascii_only.lower())[:60].strip("-.") or "report"
