"""Pictures taken sideways or upside down: a turn is offered where the upright reading is doubtful."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from PIL import Image

from fp16core.evaluate.comparison import image_logits
from fp16core.evaluate.evaluation import Answers, answer_text
from fp16core.images.colours import upright
from fp16core.images.picture import Picture
from fp16core.images.prepare import prepare_picture
from fp16core.reading.likeness import Likeness
from fp16core.reading.reading import Reading
from fp16core.runtime.classifier import DigitModel
from fp16core.text import article_text, percent_text
from fp16core.vocabulary import ImageError

_TRANSPOSES = {
    90: Image.Transpose.ROTATE_90,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_270,
}
_WORDS = {90: "a quarter turn to the left", 180: "upside down", 270: "a quarter turn to the right"}

_DOUBTFUL = 0.8
"""Probability of an upright answer below which it is doubtful, even if the picture looks like it."""

_SURE = 0.95
"""Least probability of each digit of a turned picture."""

_FARTHEST, _NEARER = 0.8, 0.25
"""Largest distance of a turned digit, and least gain over the upright ones' median, in limits of the rule."""

_SEVERAL = 3
"""Number of digits that look like digits from which on a turn that merges them is not offered."""


@dataclass(frozen=True)
class Turn:
    """A turn after which a picture is read with much less doubt.

    Attributes
    ----------
    degrees
        Anticlockwise: 90, 180 or 270.
    text
        Digits that the reference reads then, in reading order.
    probability
        Probability that it gives its least certain answer.
    """

    degrees: int
    text: str
    probability: float

    @property
    def words(self) -> str:
        """The offer, as a sentence."""
        read = f"this is {article_text(self.text)}" if len(self.text) == 1 else f"these are {self.text}"
        return f"Turned? Read {_WORDS[self.degrees]}, {read}, {percent_text(self.probability)} sure."


@dataclass(frozen=True, eq=False)
class SureTurn:
    """A turn after which the reference is sure of each digit.

    Attributes
    ----------
    degrees
        Anticlockwise.
    images : uint8, shape (k, 28, 28)
        The digits of the turned picture, in reading order.
    answers
        The reference's answers to them.
    """

    degrees: int
    images: npt.NDArray[np.uint8]
    answers: Answers

    @property
    def probability(self) -> float:
        """Probability of the least certain answer."""
        return float(self.answers.probabilities.max(axis=1).min())


def offered_turn(
    models: tuple[DigitModel, DigitModel], rule: Likeness, picture: Picture, reading: Reading
) -> Turn | None:
    """Turn to offer for a picture, `None` if its upright reading is good enough or no other is much better.

    Parameters
    ----------
    models, rule
        As for `read_picture`.
    picture
        The picture.
    reading
        Its upright reading, with all stages.

    Raises
    ------
    ModelFileError
        If the runtime fails on a model.
    """
    return best_turn(rule, reading, sure_turns(models[0], picture, reading.name)) if _is_doubtful(reading) else None


def best_turn(rule: Likeness, reading: Reading, turns: Iterable[SureTurn]) -> Turn | None:
    """Of some turns, the one that brings a doubtful picture nearest to test images; `None` if none does by far."""
    if not np.isfinite(rule.limit) or not _is_doubtful(reading):
        return None
    best, nearest = None, min(_FARTHEST * rule.limit, float(np.median(reading.distances)) - _NEARER * rule.limit)
    clear = int((~reading.doubted).sum())
    for turn in turns:
        if _merges(turn, clear):
            continue
        farthest = float(rule.nearest(turn.images, turn.answers.predictions)[1].max())
        if farthest <= nearest:
            best, nearest = turn, farthest
    if best is None:
        return None
    return Turn(best.degrees, "".join(map(answer_text, best.answers.predictions.tolist())), best.probability)


def sure_turns(reference: DigitModel, picture: Picture, name: str) -> list[SureTurn]:
    """Turns after which the reference is sure of each digit; each costs as much as reading a picture.

    The picture itself is turned, not its digits: what lies below each other may be a row.
    """
    found = []
    for degrees in _TRANSPOSES:
        try:
            images = prepare_picture(turned_picture(picture, degrees), name).images
        except ImageError:  # nothing to read this way
            continue
        turn = SureTurn(degrees, images, Answers(image_logits(reference, images)))
        if turn.probability >= _SURE:
            found.append(turn)
    return found


def turned_picture(picture: Picture, degrees: int) -> Picture:
    """The picture turned anticlockwise by 90, 180 or 270 degrees."""
    return replace(picture, image=upright(picture)[0].transpose(_TRANSPOSES[degrees]), turn=1)


def _merges(turn: SureTurn, clear: int) -> bool:
    """True if the turn merges clear digits: a row on its side may be taken for one mark, and its bar for a 1.

    The pieces that a lone digit on its side falls into may be two clear digits by chance, hardly more.
    """
    is_bar = turn.answers.predictions.tolist() == [1]
    return len(turn.images) < clear and clear >= (2 if is_bar else _SEVERAL)


def _is_doubtful(reading: Reading) -> bool:
    """True if at least half of the digits are: of a picture on its side, most are, of an upright row, one may be."""
    unsure = reading.answers.reference.probabilities.max(axis=1) < _DOUBTFUL
    return bool((reading.doubted | unsure).mean() >= 0.5)
