"""A visitor's own pictures: what reads them, and those kept for the visit."""

import time
from pathlib import Path

import streamlit as st

from fp16core.data.mnist import dataset_path
from fp16core.evaluate import classifiers
from fp16core.evaluate.gallery import Gallery
from fp16core.evaluate.likeness import Likeness, RuleCheck, check_rule
from fp16core.evaluate.likeness import likeness as learn_likeness
from fp16core.models.pair import pair_folder
from fp16core.runtime import Classifier
from pages.shared import state

_SLICE_S = 0.7
"""How long files are read before the page listens again."""


def models() -> tuple[Classifier, Classifier]:
    """The active pair's reference and target; raises `HalfBitsError` if they cannot be had."""
    return _models(pair_folder())


def likeness() -> Likeness:
    """When to doubt that a picture shows a digit; raises `HalfBitsError` as `state.results`."""
    return _likeness(pair_folder(), dataset_path())


def rule_check() -> RuleCheck:
    """How often `likeness` is right; raises `HalfBitsError` as `state.results`."""
    return _rule_check(pair_folder(), dataset_path())


def gallery() -> Gallery:
    """The pictures of the visitor."""
    if "gallery" not in st.session_state:
        forget_pictures()
    kept: Gallery = st.session_state.gallery
    return kept


def forget_pictures() -> None:
    """Start over without pictures."""
    st.session_state.gallery = Gallery()


def read_inbox() -> None:
    """Read the files that wait, with progress, and a button to stop."""
    waiting = gallery()
    if not waiting.waiting:
        return
    both, rule = models(), likeness()
    progress, stop = st.empty(), st.empty()
    if waiting.delivered > 1:
        done = waiting.delivered - waiting.waiting
        progress.progress(done / waiting.delivered, f"{done} of {waiting.delivered} files read")
        stop.button("Stop reading", icon=":material/stop:", key="stop-reading", on_click=waiting.stop)
    until = time.monotonic() + _SLICE_S
    while waiting.waiting and time.monotonic() < until:
        waiting.read_next(both, rule)
    if waiting.waiting:
        st.rerun()  # a click is heard only between runs
    progress.empty()
    stop.empty()


@st.cache_resource(show_spinner=False)
def _models(folder: Path) -> tuple[Classifier, Classifier]:
    return classifiers(state.active_pair())


@st.cache_resource(show_spinner=False)
def _likeness(folder: Path, dataset: Path) -> Likeness:
    found = state.results()
    return learn_likeness(found.images, found.comparison)


@st.cache_resource(show_spinner="Measuring on pictures without a digit …")
def _rule_check(folder: Path, dataset: Path) -> RuleCheck:
    return check_rule(likeness(), state.results().comparison, models()[0])
