"""Both models, and those of the other bundled pairs, on picture files."""

import os
from argparse import Namespace
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fp16core.commands.shared.outcome import Outcome
from fp16core.data import mnist
from fp16core.data.mnist import load_mnist
from fp16core.evaluate.both import BothAnswers, read_digits
from fp16core.evaluate.casting import NO_FLOAT16
from fp16core.evaluate.comparison import classifiers, compare
from fp16core.evaluate.evaluation import NO_ANSWER, Answers
from fp16core.files import open_regular
from fp16core.runs.pair import GOOD_NETWORK, load_pair, pair_folder, pair_name
from fp16core.terminal import new_table, print_table, say
from fp16core.text import article_text, count_text, percent_text, small_text
from fp16core.tflite.halves import holds_float16_weights
from fp16core.tflite.model_file import ModelPair
from fp16core.vocabulary import ImageError

if TYPE_CHECKING:
    from fp16core.images.stages import PreparedPicture
    from fp16core.reading.likeness import Likeness
    from fp16core.reading.reading import Reading

_ROLES = ("reference", "target")

_BEYOND_DOUBT = 0.999
"""Probability by the good network from which on a picture is neither compared with test images nor turned.

Of the test images 88 % are beyond it. So are 7 % of the pictures without a digit that the comparison would doubt.
"""


def predict(options: Namespace) -> Outcome:
    """Read the digits on image files with both models, and with those of the other bundled pairs."""
    # These import SciPy and scikit-image, which no other command needs.
    from fp16core.images.picture_file import open_picture
    from fp16core.images.prepare import prepare_picture
    from fp16core.reading.opinions import LABELS, other_pairs
    from fp16core.reading.turning import offered_turn

    pair = load_pair()
    models = classifiers(pair)
    others = {folder: classifiers(load_pair(folder)) for folder in other_pairs(pair_folder())}
    rule = cache(lambda: _rule(pair))
    document: list[dict[str, Any]] = []
    for path in options.files:
        try:
            picture = open_picture(_contents(path), str(path))
            prepared = prepare_picture(picture, str(path))
        except ImageError as error:
            document.append({"file": str(path), "error": str(error)})
            continue
        answers = read_digits(models, prepared.images)
        heard = {folder: read_digits(both, prepared.images) for folder, both in others.items()}
        reading = None if _is_beyond_doubt(answers, heard) else _reading(prepared, answers, rule())
        digits = [
            {
                "reference": _answer(answers.reference, place),
                "target": _answer(answers.target, place),
                "agree": not answers.changed[place],
                "max_abs_logit_delta": float(answers.abs_logit_delta[place]),
                **_likeness(reading, place),
                "others": [_other(folder, read, place) for folder, read in heard.items()],
            }
            for place in range(answers.images)
        ]
        doubted = None if reading is None else bool(reading.doubted.any())
        found = {"digits": digits, "agree": not answers.changed.any(), "doubted": doubted}
        if len(digits) == 1:
            found |= digits[0]  # the usual case, easier to read without a list
        turn = None if reading is None else offered_turn(models, rule(), picture, reading)
        offer = None if turn is None else {**asdict(turn), "words": turn.words}
        found |= {"marks_left_out": prepared.marks_left_out, "turn": offer, "stages": list(prepared.decisions)}
        document.append({"file": str(path), **found})

    def show() -> None:
        if not holds_float16_weights(pair.target):
            say(NO_FLOAT16)
        labels = [LABELS[folder].lower() for folder in others]
        table = new_table("", "file", "float32 says", "float16 says", "agree", *labels)
        for row in (row for row in document if "error" not in row):
            said = [" ".join(_said(digit[role]) for digit in row["digits"]) for role in _ROLES]
            said.append("yes" if row["agree"] else "no")
            said += [
                " ".join(_digits_said(digit["others"][number]) for digit in row["digits"])
                for number in range(len(others))
            ]
            table.add_row(row["file"], *said)
        if table.row_count:
            print_table(table)
        for row in (row for row in document if row.get("marks_left_out")):
            say(f"{row['file']}: {count_text(row['marks_left_out'], 'small mark')} left out.")
        for row in (row for row in document if row.get("doubted")):
            for sentence in _doubts(row["digits"]):
                say(f"{row['file']}: {sentence}")
        for row in (row for row in document if row.get("turn")):
            say(f"{row['file']}: {row['turn']['words']}")
        for row in (row for row in document if "error" in row):
            say(f"error: {row['error']}")

    return Outcome(document, show, status=int(any("error" in row for row in document)))


def _rule(pair: ModelPair) -> "Likeness":
    """The rule by which a picture is doubted to show a digit; as costly as the rest, and few pictures need it."""
    from fp16core.reading.likeness import likeness

    images, labels = load_mnist("test", mnist.BUNDLED)
    return likeness(images, compare(pair, images, labels))


def _reading(prepared: "PreparedPicture", answers: BothAnswers, rule: "Likeness") -> "Reading":
    """Reading of a picture from answers that both models have given already."""
    from fp16core.reading.reading import Reading

    nearest, distances = rule.nearest(prepared.images, answers.reference.predictions)
    return Reading(prepared, answers, nearest, distances, rule.limit)


def _is_beyond_doubt(answers: BothAnswers, heard: Mapping[Path, BothAnswers]) -> bool:
    """True if the good network is nearly certain of the same digits: its answer to a turned digit seldom is."""
    good = heard.get(GOOD_NETWORK, answers).reference
    agree = np.array_equal(good.predictions, answers.reference.predictions)
    return bool(agree and good.probabilities.max(axis=1).min() >= _BEYOND_DOUBT)


def _likeness(reading: "Reading | None", place: int) -> dict[str, Any]:
    """Comparison of a digit with the test images of the same answer; nothing known if there was none."""
    if reading is None:
        return {"doubted": None, "likeness": None}
    doubted, distance = bool(reading.doubted[place]), float(reading.distances[place])
    if not (np.isfinite(distance) and np.isfinite(reading.limit)):
        return {"doubted": doubted, "likeness": None}
    nearest = int(reading.nearest[place])
    return {
        "doubted": doubted,
        "likeness": {"distance": distance, "limit": reading.limit, "nearest_test_image": nearest},
    }


def _doubts(digits: list[dict[str, Any]]) -> list[str]:
    """A sentence for each digit that is compared with test images, and unlike them."""
    sentences = []
    for number, digit in enumerate(digits, 1):
        if not digit["doubted"] or digit["likeness"] is None:
            continue
        subject = "This" if len(digits) == 1 else f"Digit {number}"
        answer, found = digit["reference"]["digit"], digit["likeness"]
        sentences.append(
            f"{subject} does not look like {article_text(answer)}: its distance from the most similar {answer} of the "
            f"test images is {small_text(found['distance'])}, and the limit is {small_text(found['limit'])}."
        )
    return sentences


def _contents(path: Path) -> bytes:
    from fp16core.images.picture_file import MAX_FILE_BYTES, check_size

    try:
        with open_regular(path) as file:
            check_size(os.fstat(file.fileno()).st_size, str(path))
            return file.read(MAX_FILE_BYTES)
    except OSError as error:
        raise ImageError(f"{path}: the file cannot be read ({error.strerror}); check its name and rights.") from error


def _answer(answers: Answers, place: int) -> dict[str, Any]:
    prediction = int(answers.predictions[place])
    answered = prediction != NO_ANSWER
    return {
        "digit": prediction if answered else None,
        "probability": float(answers.probabilities[place].max()) if answered else None,
        "logits": [float(v) for v in answers.logits[place]],
    }


def _other(folder: Path, read: BothAnswers, place: int) -> dict[str, Any]:
    return {
        "pair": pair_name(folder),
        "reference": _answer(read.reference, place),
        "target": _answer(read.target, place),
        "agree": not read.changed[place],
    }


def _digits_said(other: dict[str, Any]) -> str:
    """Answer of another pair: ``9``, or ``9, float16: 4``."""
    reference, target = ("nothing" if other[role]["digit"] is None else str(other[role]["digit"]) for role in _ROLES)
    return reference if other["agree"] else f"{reference}, float16: {target}"


def _said(answer: dict[str, Any]) -> str:
    if answer["digit"] is None:
        return "nothing"
    # Non-breaking: stays on one line in a narrow table.
    return f"{answer['digit']} ({percent_text(answer['probability'])})".replace(" ", "\u00a0")
