"""The active subject: a pair of models and the test images they run on, chosen by each visitor."""

from dataclasses import dataclass

import streamlit as st

from fp16core.data.mnist import dataset_path
from fp16core.runs.pair import pair_folder, pair_name
from fp16core.text import count_text

_STATE = "subject"


@dataclass(frozen=True)
class Subject:
    """A pair of models and the test images.

    Attributes
    ----------
    name
        The pair's name in the sidebar.
    pair
        The pair's folder, or the digest of the visitor's own files.
    dataset
        The data set's path, or the digest of the visitor's own.
    own_pair, own_dataset
        True for what the visitor has uploaded or trained.
    run
        Identifier of the stored run, if the pair is one.
    """

    name: str
    pair: str
    dataset: str
    own_pair: bool = False
    own_dataset: bool = False
    run: str | None = None

    @property
    def is_private(self) -> bool:
        """True if nobody else may see any of it."""
        return self.own_pair or self.own_dataset


def default_name() -> str:
    """Name of the server's own pair."""
    return pair_name(pair_folder())


def default_subject() -> Subject:
    """The server's own pair and test images, shown until the visitor chooses others."""
    return Subject(default_name(), str(pair_folder()), str(dataset_path()))


def subject() -> Subject:
    """The visitor's subject, as the router has settled it at the start of this run."""
    chosen: Subject | None = st.session_state.get(_STATE)
    return default_subject() if chosen is None else chosen


def images_text(count: int) -> str:
    """A number of test images, which says if they are the visitor's own: ``10,000 test images``, ``your 37 images``."""
    return f"your {count_text(count, 'image')}" if subject().own_dataset else count_text(count, "test image")


def settle(chosen: Subject) -> None:
    """Make this the visitor's subject from now on."""
    st.session_state[_STATE] = chosen
