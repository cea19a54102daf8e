"""A visitor's own pictures: what reads them, and those kept for the visit."""

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
    st.session_state.inbox = []


def arrived(files: list[tuple[str, bytes]]) -> None:
    """Put files into the visitor's inbox; `read_inbox` reads them."""
    gallery().refusals.clear()
    st.session_state.inbox = [*st.session_state.inbox, *files]


def read_inbox() -> None:
    """Read what is in the inbox, with progress, and a way to stop when it takes long."""
    gallery()
    inbox: list[tuple[str, bytes]] = st.session_state.inbox
    count = len(inbox)
    progress, stop = st.empty(), st.empty()
    # A click while the loop runs starts the script again, which then finds the button pressed.
    if count > 1 and stop.button("Stop reading", icon=":material/stop:", key="stop-reading"):
        inbox.clear()
    while inbox:
        name, data = inbox[0]
        if count > 1:
            progress.progress(1 - len(inbox) / count, f"Reading picture {count - len(inbox) + 1} of {count}")
        with state.explained():
            gallery().add(data, name, models(), likeness())
        inbox.pop(0)  # only now: a run that was interrupted goes on with the same file
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
