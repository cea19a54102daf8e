"""Answers of the bundled networks to a digit that another one reads, and whose fault a difference is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fp16core.evaluate.both import read_digits
from fp16core.evaluate.evaluation import answer_text
from fp16core.reading.likeness import Likeness
from fp16core.reading.reading import Reading
from fp16core.runs.pair import BUNDLED, BUNDLED_PAIRS, FIVE_EPOCHS, GOOD_NETWORK
from fp16core.runtime.classifier import DigitModel
from fp16core.text import article_text

LABELS: Mapping[Path, str] = {BUNDLED: "One epoch", FIVE_EPOCHS: "Five epochs", GOOD_NETWORK: "Good network"}
"""Short names of the bundled pairs, by their folders."""

_TIMES = {BUNDLED: "after one epoch", FIVE_EPOCHS: "after five epochs"}
"""The training after which the tutorial's network is bundled."""

_ALL = {2: "Both networks read", 3: "All three networks read", 4: "All four networks read"}


@dataclass(frozen=True)
class Opinion:
    """Answers of a pair to one digit.

    Attributes
    ----------
    folder
        Folder of the pair.
    reference, target
        What its float32 and its float16 model read: a digit, or ``"nothing"``.
    looks_so
        True if the image is as close to a test image of the reference's digit as a digit should be.
    reserve
        Clause on why the reference's answer is to be taken with reserve although it looks so; empty if it is not.
    """

    folder: Path
    reference: str
    target: str
    looks_so: bool = True
    reserve: str = ""

    @property
    def is_changed(self) -> bool:
        """True if float16 changed the answer."""
        return self.reference != self.target


def other_pairs(chosen: Path) -> tuple[Path, ...]:
    """Folders of the bundled pairs but for the chosen one."""
    return tuple(folder for folder in BUNDLED_PAIRS.values() if folder != chosen.absolute())


def reserve(reading: Reading, place: int) -> str:
    """Clause on why an answer that is not doubted is to be taken with reserve; empty if it is not."""
    if reading.barely[place]:
        return "it barely looks like one"
    return "float32 is less than half sure" if reading.unsure[place] else ""


def opinions(
    others: Mapping[Path, tuple[DigitModel, DigitModel]], rule: Likeness, reading: Reading, place: int
) -> tuple[Opinion, ...]:
    """Let other pairs read one of a picture's digits.

    Parameters
    ----------
    others
        References and targets of bundled pairs, by their folders.
    rule
        Rule by which an image is doubted to show a digit.
    reading
        Reading of the picture by the chosen pair.
    place
        Position of the digit.
    """
    image = reading.prepared.digits[place].image[None]
    looks_so = {int(reading.answers.reference.predictions[place]): not reading.doubted[place]}
    found = []
    for folder, models in others.items():
        answers = read_digits(models, image)
        read, half = (int(each.predictions[0]) for each in (answers.reference, answers.target))
        if read not in looks_so:
            looks_so[read] = not rule.doubts(image, np.array([read]))[0]
        found.append(Opinion(folder, answer_text(read), answer_text(half), bool(looks_so[read])))
    return tuple(found)


def fault(chosen: Opinion, others: Sequence[Opinion], truth: str | None = None) -> str:
    """One or two sentences on whose fault it is if not all read the same digit: float16's, the network's, the digit's.

    Parameters
    ----------
    chosen
        Opinion of the chosen pair, bundled or not.
    others
        Opinions of bundled pairs.
    truth
        True digit, if it is known.
    """
    everybody = (chosen, *others)
    if len({read for each in everybody for read in (each.reference, each.target)}) == 1:
        said = f"{_ALL[len(everybody)]} {chosen.reference}"
        if not chosen.looks_so:
            return f"{said}, but it does not look like one."
        if chosen.reserve and chosen.reference != truth:
            return f"{said}; that confirms little, as {chosen.reserve}."
        return f"{said}, in float32 and in float16."
    if not any(each.looks_so for each in everybody):
        return "It looks like none of the digits that the networks read in it: they are guessing."
    if chosen.is_changed and chosen.target == truth:
        blame = f"float16 reads {truth}, which is right; float32 reads {chosen.reference}."
    elif chosen.is_changed:
        blame = f"float16 is to blame: float32 reads {chosen.reference}, not {chosen.target}."
    elif chosen.reference == truth:
        blame = f"float32 and float16 read {truth}, which is right."
    else:
        blame = f"float16 is not to blame: float32 reads {chosen.reference}, too."
    said = _said(chosen, others)
    unlike = not chosen.looks_so and all(each.looks_so for each in others)
    if unlike and len({each.reference for each in others}) == 1:
        said += f"; it looks like {article_text(others[0].reference)}"
    elif len({each.reference for each in everybody}) == len(everybody) > 2:
        said += "; no two of them agree"
    return f"{blame} {said[0].upper()}{said[1:]}."


def _said(chosen: Opinion, others: Sequence[Opinion]) -> str:
    """Clauses on what the others read."""
    network = "the same network" if chosen.folder in _TIMES else "the tutorial’s network"
    heard, clauses = {chosen.reference}, []
    for each in others:
        if each.folder in _TIMES:
            who, network = f"{_TIMES[each.folder]} {network}", "it"
        else:
            who = "the good network"
        if each.is_changed:
            clauses.append(f"{who} reads {each.reference} in float32 and {each.target} in float16")
        else:
            clauses.append(f"{who} reads {each.reference}" + (", too" if each.reference in heard else ""))
        heard.add(each.reference)
    return ", and ".join(filter(None, (", ".join(clauses[:-1]), clauses[-1])))
