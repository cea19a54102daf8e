"""Measurements of the numerics lab."""

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from fp16core.lab.dial import DialResult
from fp16core.lab.guarantee import Guarantee
from fp16core.lab.overflow import ScaleResult
from fp16core.numerics.formats import FloatFormat
from fp16core.vocabulary import HalfBitsError
from fp16core.workbench import measures
from pages.shared.server import rate_limits
from pages.shared.session import state
from pages.shared.session.cache import cached
from pages.shared.session.measuring.sweep import sweep

_KEPT = 5_000
"""Results of one kind that are kept; each is a few hundred bytes."""

_PARTS = 50
"""Parts of a proof: each takes a tenth of a second for a network of two convolutions."""


def format_result(form: FloatFormat) -> DialResult:
    """Result of the reference with its weights rounded to a format; raises `HalfBitsError` as `state.results`."""
    return _format_result(replace(form, name=""))


@cached("Quantizing the float32 file in other ways …")
def file_results() -> tuple[list[DialResult], list[str]]:
    """Results of the pair's files and of LiteRT Quantizer's files of the reference, and why some are missing."""
    rate_limits.allow("lab")
    return state.measure(measures.file_results)


@cached()
def boundaries() -> tuple[tuple[str, str], ...]:
    """Pairs of weights between which a factor can be moved; raises `HalfBitsError` if there are none."""
    return state.measure(measures.boundaries)


@cached(kept=_KEPT, at_hand=_KEPT)
def scale_result(boundary: int, factor: float, clamp: bool, count: int) -> ScaleResult:
    """Both models rescaled at one of `boundaries`, on the first ``count`` images; raises `HalfBitsError`."""
    rate_limits.allow("lab")
    return state.measure(measures.scale_result, boundary, factor, clamp, count)


def proof(on_progress: Callable[[float], object]) -> Guarantee:
    """Bounds on the effect of the active pair's rounding errors, part by part; raises `HalfBitsError`."""
    if not (known := _known_proof()):
        for count in (counts := _parts()):
            on_progress((count - counts[0]) / counts[-1])
            _prove(count)
        known.append(state.measure(measures.proof))
    return known[0]


def proof_as_it_comes() -> Guarantee | None:
    """The same once it is complete, and its progress on the page until then; the page must end with `go_on`."""
    if not (known := _known_proof()):
        counts, place = _parts(), st.empty()
        try:
            with place.container():
                parts = sweep("proof", counts, _prove, f"parts of the proof, each of {counts[0]:,} images")
            if len(parts) < len(counts):
                return None
            known.append(state.measure(measures.proof))
        except HalfBitsError:
            place.empty()
            raise
        place.empty()
    return known[0]


def proven_and_unchanged(form: FloatFormat) -> tuple[float, float]:
    """Shares of the test images whose answers a format provably keeps, and keeps in fact; raises `HalfBitsError`."""
    return _proven_share(replace(form, name="")), format_result(form).unchanged_share


@cached(kept=_KEPT, at_hand=_KEPT)
def _format_result(form: FloatFormat) -> DialResult:
    rate_limits.allow("lab")
    return state.measure(measures.format_result, form)


@cached(kept=_KEPT, at_hand=_KEPT)
def _proven_share(form: FloatFormat) -> float:
    rate_limits.allow("lab")
    return state.measure(measures.proven_share, form)


def _parts() -> tuple[int, ...]:
    """Numbers of first images after which the proof can be stopped."""
    total = len(state.test_set()[0])
    return tuple(min(first + step, total) for step in [-(-total // _PARTS)] for first in range(0, total, step))


@cached()
def _known_proof() -> list[Guarantee]:
    """The proof, if it is complete."""
    return []


@cached(kept=8 * _PARTS, at_hand=_PARTS)
def _prove(count: int) -> int:
    rate_limits.allow("lab", 1 / _PARTS)
    return state.measure(measures.prove, count)
