"""Tables of propagated errors, and activations as CSV."""

import math
from collections.abc import Iterator
from itertools import chain
from typing import Any

import numpy as np

from fp16core.csv_text import csv_text
from fp16core.numerics.propagation import PairActivations, Propagation
from fp16core.runtime.operator_names import step_name, step_purpose
from fp16core.text import decibels_text, near_one_text, small_text


def step_table(propagation: Propagation) -> dict[str, list[str]]:
    """Columns of a table with a row for each operator."""
    steps = [each.step for each in propagation.steps]
    errors = [each.error for each in propagation.steps]
    return {
        "operator": [f"{n}. {step_name(step)}" for n, step in enumerate(steps, 1)],
        "LiteRT's name": [step.operator for step in steps],
        "numbers": [f"{error.count // propagation.images:,}" for error in errors],
        "float32": [_range_text(error.reference_range) for error in errors],
        "float16": [_range_text(error.target_range) for error in errors],
        "largest error": [small_text(error.max_abs_error) for error in errors],
        "RMS error": [small_text(error.rms_error) for error in errors],
        "SNR": [decibels_text(error.snr_db) for error in errors],
        "bits": [f"{error.snr_bits:.1f}" if math.isfinite(error.snr_db) else "" for error in errors],
        "cosine similarity": [near_one_text(error.cosine_distance) for error in errors],
    }


def step_purposes(propagation: Propagation) -> dict[str, str]:
    """Purpose of each operator in a few words, by its display name; operators of unknown purpose are omitted."""
    purposes = {step_name(each.step): step_purpose(each.step) for each in propagation.steps}
    return {name: purpose for name, purpose in purposes.items() if purpose}


def activations_csv(activations: PairActivations, only: int | None = None) -> str:
    """Activations of both models on the first image as CSV, one activation per row.

    Activations without height and width, such as logits, have a channel only.

    Parameters
    ----------
    activations
        Activations of both models.
    only
        Index of a single step to list; all steps by default.
    """
    titles = ["step", "operator", "row", "column", "channel", "float32", "float16", "float16 − float32"]
    return csv_text(chain([titles], _rows(activations, only)))


def _rows(activations: PairActivations, only: int | None) -> Iterator[list[Any]]:
    for number, step in enumerate(activations.steps):
        if only in (None, number):
            reference, target = (values.astype(np.float64) for values in activations.of_first_image(number))
            with np.errstate(invalid="ignore"):
                delta = target - reference
            columns = (array.ravel().tolist() for array in (reference, target, delta))
            blanks = [""] * (3 - delta.ndim)
            for position, *values in zip(np.ndindex(delta.shape), *columns, strict=True):
                yield [number + 1, step.operator, *blanks, *position, *values]


def _range_text(ends: tuple[float, float]) -> str:
    return f"{small_text(ends[0])} to {small_text(ends[1])}"
