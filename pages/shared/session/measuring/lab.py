"""Measurements of the numerics lab."""

from dataclasses import replace

from fp16core.lab.dial import DialResult
from fp16core.lab.guarantee import Guarantee
from fp16core.lab.overflow import ScaleResult
from fp16core.numerics.formats import FloatFormat
from fp16core.workbench import measures
from pages.shared.server import rate_limits
from pages.shared.session import state
from pages.shared.session.cache import cached

_KEPT = 5_000
"""Results of one kind that are kept; each is a few hundred bytes."""


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


@cached("Bounding the effect of float16 on each test image …")
def proof() -> Guarantee:
    """Bounds on the effect of the active pair's rounding errors; raises `HalfBitsError`."""
    rate_limits.allow("lab")
    return state.measure(measures.proof)


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
