"""What all visitors of the server share: the active pair, the test images, the comparison."""

import gc
import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import streamlit as st

from fp16core.convert import LedgerEntry, byte_ledger
from fp16core.data.mnist import dataset_path, load_mnist
from fp16core.evaluate import ClaimCheck, Comparison, check_claims, compare, gather_evidence
from fp16core.models.pair import load_pair, pair_folder
from fp16core.numerics import WeightRounding, weight_roundings
from fp16core.vocabulary import HalfBitsError, ModelPair


@dataclass(frozen=True, eq=False)
class Results:
    """Everything measured on the active pair."""

    pair: ModelPair
    images: npt.NDArray[np.uint8] = field(repr=False)
    comparison: Comparison = field(repr=False)
    claims: tuple[ClaimCheck, ...] = field(repr=False)


@st.cache_resource
def settle_memory() -> None:
    """Take what the imports and the first page left behind out of the garbage collector's daily round.

    Streamlit collects after every rerun; walking all of the imported modules each time would be
    most of a rerun's cost.
    """
    for module in ("fp16core.figures", "fp16core.evaluate.gallery"):  # what the other pages would import later
        importlib.import_module(module)
    gc.collect()
    gc.freeze()


@contextmanager
def explained() -> Iterator[None]:
    """Turn an error that the user can mend into a sentence on the page, and end the page there."""
    try:
        yield
    except HalfBitsError as error:
        st.error(str(error), icon=":material/error:")
        st.stop()


def active_pair() -> ModelPair:
    """The verified pair that all pages show; raises `HalfBitsError` if it cannot be used."""
    return _pair(pair_folder())


def results() -> Results:
    """Both models' answers on all test images; raises `HalfBitsError` if they cannot be had."""
    return _results(pair_folder(), dataset_path())


def roundings() -> dict[str, WeightRounding]:
    """The active pair's weights; raises `HalfBitsError` if they cannot be had."""
    return _roundings(pair_folder())


def ledgers() -> tuple[tuple[LedgerEntry, ...], tuple[LedgerEntry, ...]]:
    """Where the bytes of both files go; raises `HalfBitsError` if they cannot be read."""
    return _ledgers(pair_folder())


@st.cache_resource(show_spinner=False)
def _pair(folder: Path) -> ModelPair:
    return load_pair(folder)


@st.cache_resource(show_spinner="Running both models on all test images …")
def _results(folder: Path, dataset: Path) -> Results:
    pair = _pair(folder)
    images, labels = load_mnist("test", dataset)
    comparison = compare(pair, images, labels)
    return Results(pair, images, comparison, check_claims(gather_evidence(pair, comparison, images)))


@st.cache_resource(show_spinner=False)
def _roundings(folder: Path) -> dict[str, WeightRounding]:
    return weight_roundings(_pair(folder))


@st.cache_resource(show_spinner=False)
def _ledgers(folder: Path) -> tuple[tuple[LedgerEntry, ...], tuple[LedgerEntry, ...]]:
    pair = _pair(folder)
    return byte_ledger(pair.reference, "the reference model"), byte_ledger(pair.target, "the target model")
