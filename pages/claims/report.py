"""The downloadable report: made on request, one at a time, and kept compressed."""

import threading
import time
from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from fp16core.claims.evidence import Evidence, RuntimeEvidence
from fp16core.lab.guarantee import Guarantee
from fp16core.modes.runs import ModeRun
from fp16core.numerics.propagation import Propagation
from fp16core.report import (
    PROPAGATION_IMAGES,
    Findings,
    Report,
    Source,
    dataset_name,
    make_report,
    report_document,
)
from fp16core.resident.endings import ResidentEndedError
from fp16core.singleton import singleton
from fp16core.vocabulary import BusyError, HalfBitsError
from pages.shared.server import rate_limits
from pages.shared.server.turns import aside
from pages.shared.session import files, state, studies
from pages.shared.session.cache import cached
from pages.shared.session.measuring import lab, propagation
from pages.shared.session.subject import subject
from pages.shared.ui.words import plain

_PATIENCE_S = 60.0
_POLL_S = 0.2


@dataclass
class _Shelf:
    """The last report, and what it was made of."""

    kept: tuple[Hashable, Report] | None = None

    def of(self, made_of: Hashable) -> Report | None:
        """The report that was made of this, if there is one."""
        return self.kept[1] if self.kept is not None and self.kept[0] == made_of else None


def offer(evidence: Evidence, below: DeltaGenerator) -> None:
    """Show a button that makes the report of the active pair, and then one that saves it; ``below`` shows progress."""
    made_of, shelf, place = _made_of(evidence.runtimes), _shelf(), st.empty()
    if (report := shelf.of(made_of)) is None:
        if not place.button(
            "Make a report to download",
            icon=":material/description:",
            key="make-report",
            help="All of this, the figures and the changed images in one HTML file, to send to a colleague.",
        ):
            return
        try:
            with below.container():
                report = _make(evidence, st.empty())
        except HalfBitsError as error:
            below.error(plain(str(error)), icon=":material/error:")
            return
        shelf.kept = made_of, report
        below.empty()
    place.download_button(
        f"Save the report ({report.size_bytes / 1e6:.1f} MB, HTML)",
        report.html,
        file_name=report.file_name,
        mime="text/html",
        icon=":material/download:",
        key="save-report",
        on_click="ignore",
        help="One file with everything in it: it needs no network, and can be printed.",
    )


def _make(evidence: Evidence, bar: DeltaGenerator) -> Report:
    """Make the report once no other is being made; raises `HalfBitsError`, and `BusyError` if that takes too long."""
    rate_limits.allow("report")
    given_up = time.monotonic() + _PATIENCE_S
    with aside():
        while not _making().acquire(timeout=_POLL_S):
            bar.progress(0.0, "Another report is being made; yours is next …")
            if time.monotonic() > given_up:
                raise BusyError("Too many reports are being made; try again in a minute.")
    try:
        return _made(evidence, bar)
    finally:
        _making().release()


def _made(evidence: Evidence, bar: DeltaGenerator) -> Report:
    found, now = state.results(), subject()
    proof: Guarantee | str
    followed: Propagation | str
    bar.progress(0.1, "Making the report …")
    try:
        proof = lab.proof(
            lambda done: bar.progress(0.1 + 0.4 * done, "Making the report: bounding the effect on each image …")
        )
    except (BusyError, ResidentEndedError):  # which say nothing about the pair
        raise
    except HalfBitsError as error:
        proof = str(error)
    bar.progress(0.5, "Making the report: following the error from operator to operator …")
    try:
        followed = propagation.propagation(min(PROPAGATION_IMAGES, found.comparison.images))
    except (BusyError, ResidentEndedError):
        raise
    except HalfBitsError as error:
        followed = str(error)
    bar.progress(0.9, "Making the report: writing it …")
    named = replace(evidence, pair=replace(found.pair, name=now.name))
    trainings = studies.servers_trainings(found.pair.run)
    findings = Findings(named, found.images, state.roundings(), state.ledgers(), proof, followed, trainings)
    dataset = files.files().dataset_in_use().name if now.own_dataset else dataset_name(Path(now.dataset))
    source = Source(dataset, "the page Claims and words of the dashboard", datetime.now(UTC))
    return make_report(findings, report_document(findings, source))


def _made_of(runtimes: RuntimeEvidence) -> Hashable:
    """Key that tells one report of a pair from another: measurements of the modes of execution, and recordings."""
    outcomes = {} if runtimes.table is None else runtimes.table.outcomes
    return (
        tuple(
            (mode, (found.images, found.batch, found.adapter) if isinstance(found, ModeRun) else found)
            for mode, found in outcomes.items()
        ),
        tuple((mode, found.first_load_ms) for mode, found in runtimes.latencies.items()),
        tuple((found.name, found.day, found.target_sha256) for found in runtimes.recordings),
    )


@cached(kept=1)
def _shelf() -> _Shelf:
    """Shelf of the last report of this subject: shared by all visitors if they may see it."""
    return _Shelf()


@singleton
def _making() -> threading.Lock:
    """Lock held while a report is made."""
    return threading.Lock()
