"""What the numerics lab measures."""

from dataclasses import replace

from fp16core.convert.chain import Layer, read_chain
from fp16core.evaluate.dial import FILES, DialResult, make_file, measure_file, measure_format
from fp16core.evaluate.guarantee import Guarantee, guarantee
from fp16core.evaluate.scales import ScaleResult, measure_scale
from fp16core.numerics.formats import FloatFormat
from fp16core.numerics.rounding import format_errors, rounding_errors
from fp16core.numerics.scaling import scalable_pairs
from fp16core.vocabulary import ModelFileError
from pages.shared import limits, state
from pages.shared.subject import Subject, cached, cached_by_setting

_KEPT = 5_000
"""Results of one kind that are kept; each is a few hundred bytes."""


def format_result(form: FloatFormat) -> DialResult:
    """The reference with its weights in a format; raises `HalfBitsError` as `state.results`."""
    return _format_result(replace(form, name=""))


@cached("Quantizing the float32 file in other ways …")
def file_results(subject: Subject) -> tuple[list[DialResult], list[str]]:
    """The pair's files and what LiteRT Quantizer makes of the reference, and why some could not be had."""
    limits.allow("lab")
    found = state.results()
    results, refusals = [], []
    for name in FILES:
        try:
            model = make_file(found.pair, name)
            results.append(measure_file(name, model, found.images, found.comparison.reference))
        except ModelFileError as error:
            refusals.append(str(error))
    return results, refusals


@cached()
def layer_pairs(subject: Subject) -> tuple[tuple[Layer, Layer], ...]:
    """Layers between which a factor can be moved; raises `HalfBitsError` if there are none."""
    pair = state.active_pair()
    return scalable_pairs(read_chain(pair.reference, pair.reference_name))


@cached_by_setting(_KEPT)
def scale_result(subject: Subject, boundary: int, factor: float, clamp: bool, count: int) -> ScaleResult:
    """Both models rescaled at one of `layer_pairs`, on the first ``count`` images; raises `HalfBitsError`."""
    limits.allow("lab")
    found = state.results()
    whole = found.comparison.reference
    return measure_scale(found.pair, layer_pairs()[boundary], factor, clamp, found.images[:count], whole.first(count))


@cached("Bounding what float16 can do to each test image …")
def proof(subject: Subject) -> Guarantee:
    """What the active pair's rounding errors can do at most; raises `HalfBitsError`."""
    limits.allow("lab")
    found = state.results()
    return guarantee(found.pair, rounding_errors(found.pair), found.images, found.comparison.reference)


def proven_and_unchanged(form: FloatFormat) -> tuple[float, float]:
    """Shares of the test images whose answer a format cannot change, and does not; raises `HalfBitsError`."""
    return _proven_share(replace(form, name="")), format_result(form).unchanged_share


@cached_by_setting(_KEPT)
def _format_result(subject: Subject, form: FloatFormat) -> DialResult:
    limits.allow("lab")
    found = state.results()
    return measure_format(found.pair, form, found.images, found.comparison.reference)


@cached_by_setting(_KEPT)
def _proven_share(subject: Subject, form: FloatFormat) -> float:
    limits.allow("lab")
    found = state.results()
    errors = format_errors(found.pair, form)
    return guarantee(found.pair, errors, found.images, found.comparison.reference).proven_share
