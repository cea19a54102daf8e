"""The active pair, the test images and the comparison, from which every page starts."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import numpy as np
import numpy.typing as npt
import streamlit as st

from fp16core.claims.evidence import Evidence, FurtherEvidence
from fp16core.data.mnist import load_mnist
from fp16core.evaluate.comparison import Comparison
from fp16core.numerics.weight_rounding import WeightRounding
from fp16core.runs.pair import load_pair
from fp16core.runtime.classifier import DigitModel
from fp16core.tflite.model_file import ModelPair
from fp16core.tflite.purposes import LedgerEntry
from fp16core.vocabulary import HalfBitsError
from fp16core.workbench import measures
from fp16core.workbench.workbench import Workbench
from fp16core.worker.model_host import HostedModel, ModelHost
from pages.shared.server.turns import aside
from pages.shared.session import files
from pages.shared.session.cache import cached
from pages.shared.session.store import store
from pages.shared.session.subject import subject
from pages.shared.ui.words import plain

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, eq=False)
class Results:
    """The active pair, the test images, and everything measured on them."""

    pair: ModelPair
    images: npt.NDArray[np.uint8] = field(repr=False)
    comparison: Comparison = field(repr=False)
    evidence: Evidence = field(repr=False)


@contextmanager
def explained() -> Iterator[None]:
    """Show an error that the user can fix as a sentence on the page, and end the page there."""
    try:
        yield
    except HalfBitsError as error:
        st.error(plain(str(error)), icon=":material/error:")
        st.stop()


def active_pair() -> ModelPair:
    """The verified pair that all pages show; raises `HalfBitsError` if it cannot be used.

    A visitor's own pair is in no cache: it may be let go at any time, and then nothing may keep it alive.
    """
    return files.files().pair_in_use() if subject().own_pair else _servers_pair()


@cached()
def _servers_pair() -> ModelPair:
    chosen = subject()
    return load_pair(Path(chosen.pair)) if chosen.run is None else store().load(chosen.run)


def results() -> Results:
    """Both models' answers on all test images; raises `HalfBitsError` if they cannot be computed."""
    pair, (images, _) = active_pair(), test_set()
    comparison, evidence = _measured()
    return Results(pair, images, comparison, evidence.about(pair, comparison))


@cached("Running both models on all test images …")
def _measured() -> tuple[Comparison, FurtherEvidence]:
    return measure(measures.comparison), measure(measures.evidence)


def roundings() -> dict[str, WeightRounding]:
    """The active pair's weights by tensor; raises `HalfBitsError` if they cannot be read."""
    active_pair()
    return _roundings()


@cached()
def _roundings() -> dict[str, WeightRounding]:
    return measure(measures.roundings)


def ledgers() -> tuple[tuple[LedgerEntry, ...], tuple[LedgerEntry, ...]]:
    """Bytes of both files by purpose; raises `HalfBitsError` if they cannot be read."""
    active_pair()
    return _ledgers()


@cached()
def _ledgers() -> tuple[tuple[LedgerEntry, ...], tuple[LedgerEntry, ...]]:
    return measure(measures.ledgers)


def measure(function: Callable[Concatenate[Workbench, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Apply one of `fp16core.workbench.measures` to the active pair on the test images.

    A visitor's own pair is measured in a confined process, any other in this one.

    Raises
    ------
    HalfBitsError
        As the function does, or if that process has ended.
    """
    if not subject().own_pair:
        return function(_workbench(), *args, **kwargs)
    with aside():
        return _host().measure(function, *args, **kwargs)


def measuring() -> Callable[..., Any]:
    """A function like `measure` for threads that draw no page; it keeps to the pair that is active now."""
    if not subject().own_pair:
        bench = _workbench()
        return lambda function, *args: function(bench, *args)
    return _host().measure


def models() -> tuple[DigitModel, DigitModel]:
    """The active pair's reference and target; raises `HalfBitsError` if they cannot be used."""
    if not subject().own_pair:
        return _workbench().classifiers
    return HostedModel(_host(), False), HostedModel(_host(), True)


@cached()
def _workbench() -> Workbench:
    chosen = subject()
    if not chosen.own_dataset:
        return Workbench(active_pair(), partial(_test_set, chosen.dataset))
    dataset = files.files().dataset_in_use()
    return Workbench(active_pair(), lambda: (dataset.images, dataset.labels))


def _host() -> ModelHost:
    return files.host(subject(), active_pair(), *test_set())


def test_set() -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Test images and labels of the data set in use; raises `HalfBitsError` if they cannot be read."""
    now = subject()
    if now.own_dataset:
        dataset = files.files().dataset_in_use()
        return dataset.images, dataset.labels
    return _test_set(now.dataset)


@st.cache_resource(show_spinner=False, max_entries=2)
def _test_set(path: str) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    return load_mnist("test", Path(path))
