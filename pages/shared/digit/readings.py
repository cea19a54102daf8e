"""Parts of every reading of a digit: both models, the rule that doubts answers, and what other pairs read."""

from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import streamlit as st

from fp16core.evaluate.comparison import classifiers
from fp16core.reading.known_images import KnownImages, known_images
from fp16core.reading.likeness import Likeness
from fp16core.reading.likeness import likeness as learn_likeness
from fp16core.reading.opinions import Opinion, opinions, other_pairs, reserve
from fp16core.reading.reading import Reading, read_test_image
from fp16core.runs.pair import load_pair
from fp16core.runtime.classifier import DigitModel
from pages.shared.session import state
from pages.shared.session.cache import cached
from pages.shared.session.subject import subject

TestSet = tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]
"""Images and labels."""


def models() -> tuple[DigitModel, DigitModel]:
    """The active pair's reference and target; raises `HalfBitsError` if they cannot be used."""
    return state.models()


@cached()
def likeness() -> Likeness:
    """The rule by which a picture is doubted to show a digit; raises `HalfBitsError` as `state.results`."""
    found = state.results()
    return learn_likeness(found.images, found.comparison, _known_images())


def _known_images() -> KnownImages:
    """The test images, as pictures are compared with them: once for all pairs, but for a visitor's own."""
    now, test_set = subject(), state.test_set()
    return known_images(*test_set) if now.own_dataset else _servers_known_images(now.dataset, test_set)


@st.cache_resource(show_spinner=False, max_entries=2)
def _servers_known_images(dataset: str, _test_set: TestSet) -> KnownImages:  # noqa: ARG001 - Streamlit's key
    return known_images(*_test_set)


def test_image(index: int) -> Reading:
    """Reading of a test image; raises `HalfBitsError` as `state.results`."""
    found = state.results()
    return read_test_image(found.comparison, likeness(), found.images, index)


def all_opinions(reading: Reading, place: int) -> tuple[Opinion, ...]:
    """Answers of the active pair, and then of the other bundled pairs, to one of a picture's digits.

    Raises
    ------
    HalfBitsError
        As `state.results`, or if a bundled pair was altered.
    """
    chosen, report = Path(subject().pair), reading.answers.report(place)
    others = {folder: _classifiers(folder) for folder in other_pairs(chosen)}
    looks_so = not bool(reading.doubted[place])
    active = Opinion(chosen, report.reference_text, report.target_text, looks_so, reserve(reading, place))
    return active, *opinions(others, likeness(), reading, place)


@cache
def _classifiers(folder: Path) -> tuple[DigitModel, DigitModel]:
    """Interpreters of a bundled pair that is not the active one, loaded when they are first asked."""
    return classifiers(load_pair(folder))
