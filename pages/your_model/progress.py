"""The trial and the diagnosis of the visitor's model: their progress, or why they failed."""

import streamlit as st

from fp16core.jobs.job import STOPPED
from fp16core.jobs.ticket import Ticket
from fp16core.text import count_text
from pages.shared.server import stopping
from pages.shared.session import diagnoses, trials
from pages.shared.ui.words import plain

_TICK_S = 0.5
"""Polling interval of a running trial or diagnosis."""


def show_progress() -> None:
    """Show the trial and the diagnosis while there is one, and why the last one failed."""
    for error in dict.fromkeys(filter(None, (trials.error(), diagnoses.error()))):
        if error == STOPPED:
            st.caption(error)  # the visitor's own wish
        else:
            st.error(plain(error), icon=":material/error:")
        if "the limit " in error:
            st.caption(
                "Limits protect the other visitors of a server. On your own computer, the command "
                "`python -m fp16core diagnose FILE` has none. Smaller shapes or fewer samples need less."
            )
    is_polling = bool(_tickets())
    st.fragment(_watch, run_every=_TICK_S if is_polling else None)(is_polling)


def _tickets() -> dict[str, Ticket]:
    """Jobs in progress, by what is being done."""
    found: dict[str, Ticket] = {}
    if (attempt := trials.attempt()) is not None:
        found[attempt.names] = attempt.ticket
    if (current := diagnoses.running()) is not None and current.question is not None:
        found[f"Diagnosis of {current.question.model.name}"] = current.ticket
    return found


def _watch(is_polling: bool) -> None:
    """Progress, and a button to stop; ``is_polling`` is true if this fragment runs periodically."""
    tickets = _tickets()
    is_over = any(ticket.is_over for ticket in tickets.values())
    if is_over or is_polling != bool(tickets):
        st.rerun()  # the whole page: only it can start and stop the polling, and collects the outcome
    for name, ticket in tickets.items():
        st.progress(ticket.done, text=_text(name, ticket))
    if tickets:
        stopping.button(st.container(), first := next(iter(tickets.values())), _stop, "own-stop", first)


def _text(name: str, ticket: Ticket) -> str:
    if ticket.job is not None:
        return f"{plain(name)}: {plain(ticket.what)} …"
    others = f": {count_text(ticket.ahead, 'other visitor')} first." if ticket.ahead else "."
    return f"{plain(name)} waits for earlier trials to end{others}"


def _stop(ticket: Ticket) -> None:
    stopping.stop(ticket, trials.stopping())
