"""All modes of execution at a glance: measured on this server, and recorded on other hardware."""

import streamlit as st

from fp16core.modes.facts import arithmetic_remark, fact_rows, mode_facts
from pages.shared.session.measuring import measurements
from pages.shared.ui.tables import show_table
from pages.size.recorded import gallery


def show() -> None:
    """Show what has been measured here, and all recordings."""
    found = measurements.evidence()
    if here := mode_facts(found.table, found.latencies):
        with st.container(border=True):
            st.markdown("**Measured on this server, with this model**")
            show_table(fact_rows(here), height="content")
            if remark := arithmetic_remark(here):
                st.caption(remark)
    gallery.show()
