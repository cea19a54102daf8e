"""The study of many trainings on show: the server's, or one that a visitor has brought for the visit."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import streamlit as st

from fp16core.claims.evidence import ClaimCheck
from fp16core.study import distribution
from fp16core.study.columns import group_name
from fp16core.study.distribution import rows_like
from fp16core.study.rows.file import Study, parse_study
from fp16core.study.rows.row import Row
from fp16core.study.shipped import load_study, study_path
from fp16core.study.statistics import MARGIN
from fp16core.study.summary import GroupSummary, summarise
from fp16core.vocabulary import HalfBitsError, StudyError
from pages.shared.server import hosted, rate_limits, uploads
from pages.shared.server.turns import aside
from pages.shared.server.uploads import Upload

_OWN, _ERROR = "own-study", "own-study-error"

FILE_BYTES, HOSTED_FILE_BYTES = 50_000_000, 10_000_000
"""Largest file of rows that a visitor may bring, at home and to a hosted server: some 13,000 and 2,600 trainings."""

_TIMES_IN_MEMORY = 4
"""Memory of parsed rows for each byte of their file, measured with 300 and 3,000 rows."""

_READING, _SPINNER = "Reading the study …", "Summing up the trainings …"
"""Texts while rows are read, and while a summary is made."""

_KEPT = 16
"""Summaries of one study that are kept."""

Rows = tuple[Row, ...]


@dataclass(eq=False)
class OwnStudy:
    """A visitor's own study; another visitor's thread may let go of it at any time."""

    found: Study | None
    file_bytes: int
    summaries: OrderedDict[tuple[str, float], GroupSummary] = field(default_factory=OrderedDict)

    @property
    def size_bytes(self) -> int:
        """Memory in this process."""
        return 0 if self.found is None else _TIMES_IN_MEMORY * self.file_bytes

    def release(self) -> None:
        """Forget the study, as others need the memory."""
        self.found = None
        self.summaries.clear()


def own() -> Study | None:
    """The visitor's own study, if there is one."""
    kept: OwnStudy | None = st.session_state.get(_OWN)
    return None if kept is None else kept.found


def study() -> Study:
    """The study on show; raises `StudyError` if the server's cannot be read."""
    return own() or _servers(study_path())


def groups(found: Study) -> Sequence[Rows]:
    """Trained rows by recipe, the largest group first.

    Raises
    ------
    StudyError
        If the study has no trained row.
    """
    if not found.groups:
        raise StudyError(f"{found.name} holds no training with results; let the study run longer.")
    return found.groups


def summary(found: Study, recipe: str, rows: Rows, margin: float) -> GroupSummary:
    """Summary of some of a study's rows, kept for everybody who may see it.

    Parameters
    ----------
    found, recipe, rows
        The study on show, and the rows of one of its recipes, with a name of their own.
    margin
        Difference of accuracies that counts as none.
    """
    kept: OwnStudy | None = st.session_state.get(_OWN)
    if kept is None or kept.found is not found:
        return _public_summary(rows, recipe, margin)
    if (recipe, margin) not in kept.summaries:
        with st.spinner(_SPINNER), aside():
            kept.summaries[recipe, margin] = summarise(rows, margin)
        while len(kept.summaries) > _KEPT:
            kept.summaries.popitem(last=False)
    return kept.summaries[recipe, margin]


def in_distribution(claims: Sequence[ClaimCheck], run: Mapping[str, Any]) -> Sequence[ClaimCheck]:
    """Add to the claims what the trainings of a run's recipe say; its record is as in ``run.json``.

    A study that cannot be read adds nothing: its own page explains why.
    """
    try:
        found = study()
    except StudyError:
        return claims
    rows = rows_like(run, found.trained)
    group = summary(found, group_name(rows[0].recipe, rows[0].dataset, True), rows, MARGIN) if rows else None
    return distribution.in_distribution(claims, rows, group)


def servers_trainings(run: Mapping[str, Any]) -> Rows:
    """Rows of the server's study with a run's recipe, for what visitors share; none if it cannot be read."""
    try:
        return rows_like(run, _servers(study_path()).trained)
    except StudyError:
        return ()


def error() -> str | None:
    """Reason why the visitor's last file was refused, in a sentence."""
    found: str | None = st.session_state.get(_ERROR)
    return found


def take(upload: Upload) -> None:
    """Read a visitor's own study and show it, or keep the reason why it is refused."""
    ((name, contents),) = uploads.take([upload])
    shown = "".join(sign for sign in name if sign.isprintable())[-60:] or "your study"
    st.session_state[_ERROR] = None
    try:
        rate_limits.allow("trial")
        uploads.check_room(_TIMES_IN_MEMORY * len(contents))
        with st.spinner(_READING), aside():
            found = parse_study(contents, shown)
        groups(found)
    except HalfBitsError as reason:
        st.session_state[_ERROR] = str(reason)
        return
    st.session_state[_OWN] = OwnStudy(found, len(contents))
    uploads.count(st.session_state[_OWN])


def forget() -> None:
    """Show the server's study again."""
    st.session_state.pop(_OWN, None)


def most_bytes() -> int:
    """Largest file of rows that may be brought here."""
    return HOSTED_FILE_BYTES if hosted.is_hosted() else FILE_BYTES


@st.cache_resource(show_spinner=_READING, max_entries=2)
def _servers(path: Path) -> Study:
    with aside():
        return load_study(path)


@st.cache_resource(show_spinner=_SPINNER, max_entries=64)
def _public_summary(_rows: Rows, recipe: str, margin: float) -> GroupSummary:  # noqa: ARG001 - Streamlit's key
    with aside():
        return summarise(_rows, margin)
