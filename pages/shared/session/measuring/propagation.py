"""Activations of both models between image and logits, and the propagation of their error."""

from collections.abc import Callable
from functools import partial

import numpy as np
import streamlit as st

from fp16core.numerics.error_measure import ErrorMeasure
from fp16core.numerics.propagation import PairActivations, Propagation, weights_error
from fp16core.numerics.propagation_tables import activations_csv
from fp16core.vocabulary import BusyError
from fp16core.workbench import measures
from pages.shared.session import state
from pages.shared.session.cache import cached

_BATCHES = 20
"""Batches between two updates of the progress bar."""


def recording(index: int) -> Callable[[], PairActivations]:
    """A function that records both models' activations on one test image, even in a thread that draws no page.

    Both this function and the one it returns raise `HalfBitsError` if the models cannot be measured.
    """
    return partial(state.measuring(), measures.record, index)


def table(record: Callable[[], PairActivations], step: int | None = None) -> str:
    """Activations that a `recording` returns, of all operators or of one, as CSV."""
    return activations_csv(record(), step)


def propagation(images: int) -> Propagation:
    """Errors over the first ``images`` test images, with a progress bar the first time; raises as `recording`."""
    known = _known()
    if images not in known:
        bar, before = st.empty(), 0
        while (run := state.measure(measures.follow, images, _BATCHES)).propagation is None:
            if run.done <= before:  # the process was ended, and another has started from the beginning
                bar.empty()
                raise BusyError("Other visitors' models need the memory at the moment; try again in a minute.")
            before = run.done
            bar.progress(run.done / run.total, f"{run.done:,} of {run.total:,} images through both models")
        bar.empty()
        known[images] = run.propagation
    return known[images]


@cached()
def weights() -> ErrorMeasure:
    """The error of all weights together; raises as `state.roundings`."""
    return weights_error(state.roundings().values())


def same_as_usual(recorded: PairActivations, index: int) -> bool:
    """True if both models' logits for one test image equal those computed without keeping activations."""
    comparison = state.results().comparison
    return all(
        np.array_equal(logits, usual.logits[index], equal_nan=True)
        for logits, usual in (
            (recorded.reference[-1][0], comparison.reference),
            (recorded.target[-1][0], comparison.target),
        )
    )


@cached()
def _known() -> dict[int, Propagation]:
    """Completed propagations, by their numbers of images."""
    return {}
