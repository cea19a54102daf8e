"""What every page starts from: the active pair, the test images, the comparison."""

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import streamlit as st

from fp16core.convert import LedgerEntry, byte_ledger
from fp16core.data.mnist import load_mnist
from fp16core.evaluate import Comparison, Evidence, compare, gather_evidence
from fp16core.models.pair import load_pair
from fp16core.numerics import WeightRounding, weight_roundings
from fp16core.singleton import singleton
from fp16core.vocabulary import HalfBitsError, ModelPair
from pages.shared import own
from pages.shared.store import store
from pages.shared.subject import Subject, cached, subject
from pages.shared.words import plain

_M_ARENA_MAX = -8
"""What ``malloc.h`` calls this setting."""

_HEAPS = 2


@dataclass(frozen=True, eq=False)
class Results:
    """Everything measured on the active pair."""

    pair: ModelPair
    images: npt.NDArray[np.uint8] = field(repr=False)
    comparison: Comparison = field(repr=False)
    evidence: Evidence = field(repr=False)


@singleton
def keep_memory_together() -> None:
    """Let all threads share two of the C library's heaps, before there are many.

    Each run of a page is a thread of its own. By default there are eight heaps for each core, and each
    keeps much of what is freed in it.
    """
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):  # glibc's
        library.mallopt(_M_ARENA_MAX, _HEAPS)


@singleton
def settle_memory() -> None:
    """Give back what the first page needed for a moment, and let the garbage collector pass by what lasts.

    Whatever lasts as long as the server need not be walked through again and again.
    """
    gc.collect()
    gc.freeze()
    library = ctypes.CDLL(None)
    if hasattr(library, "malloc_trim"):  # glibc's
        library.malloc_trim(0)


@contextmanager
def explained() -> Iterator[None]:
    """Turn an error that the user can mend into a sentence on the page, and end the page there."""
    try:
        yield
    except HalfBitsError as error:
        st.error(plain(str(error)), icon=":material/error:")
        st.stop()


@cached()
def active_pair(subject: Subject) -> ModelPair:
    """The verified pair that all pages show; raises `HalfBitsError` if it cannot be used."""
    if subject.own_pair:
        return own.files().pair_in_use()
    if subject.run is not None:
        return store().load(subject.run)
    return load_pair(Path(subject.pair))


@cached("Running both models on all test images …")
def results(subject: Subject) -> Results:
    """Both models' answers on all test images; raises `HalfBitsError` if they cannot be had."""
    pair = active_pair()
    images, labels = test_set()
    comparison = compare(pair, images, labels)
    return Results(pair, images, comparison, gather_evidence(pair, comparison, images))


@cached()
def roundings(subject: Subject) -> dict[str, WeightRounding]:
    """The active pair's weights; raises `HalfBitsError` if they cannot be had."""
    return weight_roundings(active_pair())


@cached()
def ledgers(subject: Subject) -> tuple[tuple[LedgerEntry, ...], tuple[LedgerEntry, ...]]:
    """Where the bytes of both files go; raises `HalfBitsError` if they cannot be read."""
    pair = active_pair()
    return byte_ledger(pair.reference, "the reference model"), byte_ledger(pair.target, "the target model")


def test_set() -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Test images and labels of the data set in use; raises `HalfBitsError` if they cannot be had."""
    now = subject()
    if now.own_dataset:
        dataset = own.files().dataset_in_use()
        return dataset.images, dataset.labels
    return _test_set(now.dataset)


@st.cache_resource(show_spinner=False, max_entries=2)
def _test_set(path: str) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    return load_mnist("test", Path(path))
