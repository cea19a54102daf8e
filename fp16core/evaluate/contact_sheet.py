"""Entries of a contact sheet of test images: their answers in a sentence."""

import numpy as np
import numpy.typing as npt

from fp16core.evaluate.comparison import Comparison
from fp16core.evaluate.evaluation import answer_text
from fp16core.text import article_text


def answers_sentence(comparison: Comparison, index: int) -> str:
    """True class and both models' answers on one image, as a sentence without its full stop."""
    said = [answer_text(int(e.predictions[index])) for e in (comparison.reference, comparison.target)]
    answers = f"both say {said[0]}" if said[0] == said[1] else f"float32 says {said[0]}, float16 says {said[1]}"
    return f"Image {index:,}, {article_text(comparison.labels[index])}: {answers}"


def sheet_entries(comparison: Comparison, shown: npt.NDArray[np.int64], chosen: int) -> list[dict[str, object]]:
    """Entries of a contact sheet, for JSON: each image's index, a sentence, and two marks.

    Parameters
    ----------
    comparison
        Of both models on the images.
    shown : int64, shape (k,)
        Indices of the images on the sheet.
    chosen
        Index of the image that the visitor has chosen.
    """
    return [
        {
            "index": index,
            "words": answers_sentence(comparison, index),
            "chosen": index == chosen,
            "marked": bool(comparison.changed[index]),
        }
        for index in shown.tolist()
    ]
