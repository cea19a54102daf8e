"""The page's answer, and its advice on the active pair and this server's hardware."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from fp16core.claims.advice import RULES, Situation, advise, situation, summary
from fp16core.modes.facts import mode_facts
from pages.shared.session import state
from pages.shared.session.measuring import measurements
from pages.shared.ui.words import plain


def known() -> Situation:
    """Findings on the active pair; raises `HalfBitsError` if it cannot be measured."""
    found, measured = state.results(), measurements.evidence()
    modes = mode_facts(measured.table, measured.latencies)
    return situation(
        found.comparison,
        found.evidence.target_holds_float16,
        [replace(facts, adapter=plain(facts.adapter)) for facts in modes],  # names that drivers gave
    )


def answer(found: Situation) -> str:
    """The page's question, answered in a sentence or two."""
    return summary(found)


def show(found: Situation, more: Sequence[str] = ()) -> None:
    """Show the advice, its reasons and the rules; ``more`` are reasons that no rule decides by, in Markdown."""
    given = advise(found)
    with st.container(border=True, key="advice"):
        st.markdown(f":material/lightbulb: {given.headline}")
        if reasons := (*given.reasons, *more):
            st.markdown("\n".join(f"- {reason}" for reason in reasons))
        with st.expander(f"The rules, for {plain(measurements.processor().name)} and this model"):
            st.markdown("\n\n".join(RULES))
