"""Both models on picture files."""

import os
from argparse import Namespace
from pathlib import Path
from typing import Any

from fp16core.commands.outcome import Outcome
from fp16core.evaluate.both import read_digits
from fp16core.evaluate.casting import NO_FLOAT16
from fp16core.evaluate.comparison import classifiers
from fp16core.evaluate.evaluation import NO_ANSWER, Answers
from fp16core.files import open_regular
from fp16core.runs.pair import load_pair
from fp16core.terminal import new_table, print_table, say
from fp16core.text import percent_text
from fp16core.tflite.halves import holds_float16_weights
from fp16core.vocabulary import ImageError


def predict(options: Namespace) -> Outcome:
    """Read the digits on image files with both models."""
    from fp16core.images.prepare import prepare_file  # imports SciPy and scikit-image, which no other command needs

    pair = load_pair()
    models = classifiers(pair)
    document: list[dict[str, Any]] = []
    for path in options.files:
        try:
            prepared = prepare_file(_contents(path), str(path))
        except ImageError as error:
            document.append({"file": str(path), "error": str(error)})
            continue
        answers = read_digits(models, prepared.images)
        digits = [
            {
                "reference": _answer(answers.reference, place),
                "target": _answer(answers.target, place),
                "agree": not answers.changed[place],
                "max_abs_logit_delta": float(answers.abs_logit_delta[place]),
            }
            for place in range(answers.images)
        ]
        found = {"digits": digits, "agree": not answers.changed.any()}
        if len(digits) == 1:
            found |= digits[0]  # the usual case, easier to read without a list
        document.append({"file": str(path), **found, "stages": list(prepared.decisions)})

    def show() -> None:
        if not holds_float16_weights(pair.target):
            say(NO_FLOAT16)
        table = new_table("", "file", "float32 says", "float16 says", "agree")
        for row in (row for row in document if "error" not in row):
            said = [" ".join(_said(digit[role]) for digit in row["digits"]) for role in ("reference", "target")]
            table.add_row(row["file"], *said, "yes" if row["agree"] else "no")
        if table.row_count:
            print_table(table)
        for row in (row for row in document if "error" in row):
            say(f"error: {row['error']}")

    return Outcome(document, show, status=int(any("error" in row for row in document)))


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


def _said(answer: dict[str, Any]) -> str:
    if answer["digit"] is None:
        return "nothing"
    # Non-breaking: stays on one line in a narrow table.
    return f"{answer['digit']} ({percent_text(answer['probability'])})".replace(" ", "\u00a0")
