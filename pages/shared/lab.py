"""What the numerics lab measures, once for all visitors."""

from dataclasses import replace
from pathlib import Path

import streamlit as st

from fp16core.convert.chain import Layer, read_chain
from fp16core.data.mnist import dataset_path
from fp16core.evaluate import Evaluation
from fp16core.evaluate.dial import FILES, DialResult, make_file, measure_file, measure_format
from fp16core.evaluate.guarantee import Guarantee, guarantee
from fp16core.evaluate.scales import ScaleResult, measure_scale
from fp16core.models.pair import pair_folder
from fp16core.numerics.formats import FloatFormat
from fp16core.numerics.rounding import format_errors, rounding_errors
from fp16core.numerics.scaling import scalable_pairs
from fp16core.vocabulary import ModelFileError
from pages.shared import state

_KEPT = 5_000
"""Results of one kind that are kept; each is a few hundred bytes."""


def format_result(form: FloatFormat) -> DialResult:
    """The reference with its weights in a format; raises `HalfBitsError` as `state.results`."""
    return _format_result(pair_folder(), dataset_path(), replace(form, name=""))


def file_results() -> tuple[list[DialResult], list[str]]:
    """The pair's files and what LiteRT Quantizer makes of the reference, and why some could not be had."""
    return _file_results(pair_folder(), dataset_path())


def layer_pairs() -> tuple[tuple[Layer, Layer], ...]:
    """Layers between which a factor can be moved; raises `HalfBitsError` if there are none."""
    return _layer_pairs(pair_folder())


def scale_result(boundary: int, factor: float, clamp: bool, count: int) -> ScaleResult:
    """Both models rescaled at one of `layer_pairs`, on the first ``count`` images; raises `HalfBitsError`."""
    return _scale_result(pair_folder(), dataset_path(), boundary, factor, clamp, count)


def proof() -> Guarantee:
    """What the active pair's rounding errors can do at most; raises `HalfBitsError`."""
    return _proof(pair_folder(), dataset_path())


def proven_and_unchanged(form: FloatFormat) -> tuple[float, float]:
    """Shares of the test images whose answer a format cannot change, and does not; raises `HalfBitsError`."""
    return _proven_share(pair_folder(), dataset_path(), replace(form, name="")), format_result(form).unchanged_share


@st.cache_resource(show_spinner=False, max_entries=_KEPT)
def _format_result(folder: Path, dataset: Path, form: FloatFormat) -> DialResult:
    found = state.results()
    return measure_format(found.pair, form, found.images, found.comparison.reference)


@st.cache_resource(show_spinner="Quantizing the float32 file in other ways …")
def _file_results(folder: Path, dataset: Path) -> tuple[list[DialResult], list[str]]:
    found = state.results()
    results, refusals = [], []
    for name in FILES:
        try:
            model = make_file(found.pair, name)
            results.append(measure_file(name, model, found.images, found.comparison.reference))
        except ModelFileError as error:
            refusals.append(str(error))
    return results, refusals


@st.cache_resource(show_spinner=False)
def _layer_pairs(folder: Path) -> tuple[tuple[Layer, Layer], ...]:
    pair = state.active_pair()
    return scalable_pairs(read_chain(pair.reference, pair.reference_name))


@st.cache_resource(show_spinner=False, max_entries=_KEPT)
def _scale_result(folder: Path, dataset: Path, boundary: int, factor: float, clamp: bool, count: int) -> ScaleResult:
    found = state.results()
    whole = found.comparison.reference
    original = Evaluation(whole.logits[:count], whole.labels[:count], whole.size_bytes)
    return measure_scale(found.pair, _layer_pairs(folder)[boundary], factor, clamp, found.images[:count], original)


@st.cache_resource(show_spinner="Bounding what float16 can do to each test image …")
def _proof(folder: Path, dataset: Path) -> Guarantee:
    found = state.results()
    return guarantee(found.pair, rounding_errors(found.pair), found.images, found.comparison.reference)


@st.cache_resource(show_spinner=False, max_entries=_KEPT)
def _proven_share(folder: Path, dataset: Path, form: FloatFormat) -> float:
    found = state.results()
    errors = format_errors(found.pair, form)
    return guarantee(found.pair, errors, found.images, found.comparison.reference).proven_share
