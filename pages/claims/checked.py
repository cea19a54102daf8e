"""The tutorial's claims: each with what was measured and a verdict; the rule and the method unfold."""

import html
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from fp16core.claims.evidence import ClaimCheck, Measurement, Verdict
from pages.shared.server import hosted
from pages.shared.session.measuring.measurements import ACCURACY, LATENCY, SPEED

LOOK = Path(__file__).with_name("claims.css")
"""Styles of the page."""

_BADGES = {
    Verdict.HOLDS: (":material/check_circle:", "green", "✓"),
    Verdict.PARTLY: (":material/contrast:", "orange", "◐"),
    Verdict.FAILS: (":material/cancel:", "red", "✗"),
    Verdict.NOT_MEASURED: (":material/hourglass_empty:", "gray", "–"),
    Verdict.NOT_JUDGED: (":material/block:", "gray", "?"),
}

_SECTIONS = {
    Measurement.ACCURACY: (ACCURACY, "Measure the modes of execution"),
    Measurement.LATENCY: (LATENCY, "Measure the times"),
}
"""Sections of the page that makes each measurement."""


def show_counts(claims: Sequence[ClaimCheck]) -> None:
    """Show the number of claims for each verdict."""
    verdicts = Counter(claim.verdict for claim in claims)
    st.markdown(
        f"Of **{len(claims)} claims**, "
        + " ".join(
            f":{_BADGES[v][1]}-badge[{_BADGES[v][0]} {verdicts[v]} {v.value if verdicts[v] == 1 else v.plural}]"
            for v in Verdict
            if verdicts[v]
        )
    )


def link_to_measurements(claims: Sequence[ClaimCheck]) -> None:
    """Show links to the measurements that some of the claims await."""
    for measurement, (section, label) in _SECTIONS.items():
        if any(claim.awaits is measurement for claim in claims):
            st.page_link(
                "size/size.py",
                label=label,
                icon=":material/speed:",
                query_params={"size-view": SPEED, "runtimes-section": section},
            )


def show_claims(claims: Sequence[ClaimCheck]) -> None:
    """Show all claims, their rules and methods folded."""
    st.html("".join(map(_claim, claims)))


def _claim(claim: ClaimCheck) -> str:
    sign = _BADGES[claim.verdict][2]
    distribution = f"<small>{_plain(claim.in_distribution)}</small>" if claim.in_distribution else ""
    words = f"<q>{_plain(claim.claim)}</q>" if claim.is_quote else _plain(claim.claim)
    return (
        f'<details class="claim {claim.verdict.name.lower()}"><summary>'
        f'<span class="says"><b>{_plain(claim.topic)}</b><br>{words}</span>'
        f'<span class="measured">{_plain(claim.measured)}{distribution}</span>'
        f'<span class="verdict">{sign} {claim.verdict.value}<small>How measured</small></span></summary>'
        f"<p><b>Rule.</b> {_plain(claim.rule)}</p><p><b>Method.</b> {_plain(claim.method)}</p></details>"
    )


def _plain(text: str) -> str:
    return html.escape(hosted.shown(text))
