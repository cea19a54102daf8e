"""Parts of every reading of a digit: both models, and the rule that doubts answers."""

from fp16core.reading.likeness import Likeness
from fp16core.reading.likeness import likeness as learn_likeness
from fp16core.reading.reading import Reading, read_test_image
from fp16core.runtime.classifier import DigitModel
from pages.shared.session import state
from pages.shared.session.cache import cached


def models() -> tuple[DigitModel, DigitModel]:
    """The active pair's reference and target; raises `HalfBitsError` if they cannot be used."""
    return state.models()


@cached()
def likeness() -> Likeness:
    """The rule by which a picture is doubted to show a digit; raises `HalfBitsError` as `state.results`."""
    found = state.results()
    return learn_likeness(found.images, found.comparison)


def test_image(index: int) -> Reading:
    """Reading of a test image; raises `HalfBitsError` as `state.results`."""
    found = state.results()
    return read_test_image(found.comparison, likeness(), found.images, index)
