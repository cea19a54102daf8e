"""What both models compute between image and logits, for all visitors of the server."""

from collections.abc import Callable
from functools import partial

import numpy as np
import streamlit as st

from fp16core.data import normalise
from fp16core.figures.activation_maps import activations_csv
from fp16core.numerics.error_measure import ErrorMeasure
from fp16core.numerics.propagation import PairActivations, PairRecorder, Propagation, PropagationRun, weights_error
from pages.shared import state
from pages.shared.subject import Subject, cached
from pages.shared.turns import aside

_BATCHES = 20
"""Batches between two moves of the progress bar."""


def recording(index: int) -> Callable[[], PairActivations]:
    """Finds out what both models compute on one test image, also when no page is drawn.

    Itself and what it returns raise `HalfBitsError` if they cannot.
    """
    return partial(_recorder().record, normalise(state.results().images[index : index + 1]))


def table(record: Callable[[], PairActivations], step: int | None = None) -> str:
    """What a `recording` finds, of all operators or of one, as CSV."""
    return activations_csv(record(), step)


def propagation(images: int) -> Propagation:
    """The errors over the first ``images`` test images, with a progress bar the first time; raises as `recording`."""
    run = _run(images)
    bar = st.empty()
    while not run.is_done:
        bar.progress(run.done / run.total, f"{run.done:,} of {run.total:,} images through both models")
        with aside():
            for _ in range(_BATCHES):
                run.advance()
    bar.empty()
    return run.propagation()


@cached()
def weights(subject: Subject) -> ErrorMeasure:
    """The error of all weights together; raises as `state.roundings`."""
    return weights_error(state.roundings().values())


def same_as_usual(recorded: PairActivations, index: int) -> bool:
    """Whether both models' logits for one test image are those computed when nothing else is kept."""
    comparison = state.results().comparison
    return all(
        np.array_equal(logits, usual.logits[index], equal_nan=True)
        for logits, usual in (
            (recorded.reference[-1][0], comparison.reference),
            (recorded.target[-1][0], comparison.target),
        )
    )


@cached()
def _recorder(subject: Subject) -> PairRecorder:
    return PairRecorder(state.active_pair())


@cached(kept=4)
def _run(subject: Subject, images: int) -> PropagationRun:
    return PropagationRun(_recorder(), normalise(state.results().images[:images]))
