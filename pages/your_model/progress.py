"""The trial of the visitor's models: its progress, or why it failed."""

import streamlit as st

from fp16core.jobs.ticket import Ticket
from fp16core.text import count_text
from pages.shared.server import stopping
from pages.shared.session import trials
from pages.shared.ui.words import plain

_TICK_S = 0.5
"""Polling interval of a running trial."""


def show_progress() -> None:
    """Show the trial while there is one, and why the last one failed."""
    if (error := trials.error()) is not None:
        st.error(plain(error), icon=":material/error:")
    is_polling = trials.attempt() is not None
    st.fragment(_watch, run_every=_TICK_S if is_polling else None)(is_polling)


def _watch(is_polling: bool) -> None:
    """Progress of the trial, and a button to stop it; ``is_polling`` is true if this fragment runs periodically."""
    current = trials.attempt()
    is_running = current is not None and not current.ticket.is_over
    if is_polling != is_running:
        st.rerun()  # the whole page: only it can start and stop the polling, and collects the outcome
    if current is None:
        return
    ticket = current.ticket
    if ticket.job is None:
        text = f"{plain(current.names)} waits for earlier trials to end" + (
            f": {count_text(ticket.ahead, 'other visitor')} first." if ticket.ahead else "."
        )
    else:
        text = f"{plain(current.names)}: {ticket.what} …"
    st.progress(ticket.done, text=text)
    stopping.button(st.container(), ticket, _stop, "own-stop", ticket)


def _stop(ticket: Ticket) -> None:
    stopping.stop(ticket, ticket.stop)
