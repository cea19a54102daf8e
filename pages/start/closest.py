"""The image whose answer float16 changed, or came closest to changing, as a card that turns between both answers.

Where no multiple of the error would change an answer, both sides are equal, and the card stands still.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import streamlit as st

from fp16core.evaluate.comparison import Comparison
from fp16core.evaluate.contact_sheet import answers_sentence
from fp16core.evaluate.image_report import ImageReport
from fp16core.figures.base.pictures import picture_url
from fp16core.figures.base.style import REFERENCE_COLOUR, REFERENCE_NAME, TARGET_COLOUR, TARGET_NAME
from fp16core.text import count_text, factor_text, image_text
from pages.shared.ui.words import flip_sentence

_HTML = """
<figure class="closest">
  <img>
  <div class="stage">
    <div class="card" role="img">
      <div class="face before"><b></b><span></span></div>
      <div class="face after"><b></b><span></span></div>
    </div>
  </div>
  <figcaption><b></b><span class="long"></span><button type="button">Pause</button></figcaption>
</figure>
"""

_FOLDER = Path(__file__).parent

_component = st.components.v2.component(
    "closest",
    html=_HTML,
    css=(_FOLDER / "closest.css").read_text("utf-8"),
    js=(_FOLDER / "closest.js").read_text("utf-8"),
)


def show_closest(images: npt.NDArray[np.uint8], comparison: Comparison, index: int) -> None:
    """Show the card.

    Parameters
    ----------
    images : uint8, shape (n, 28, 28)
        All test images.
    comparison
        Both models' answers to them.
    index
        Index of the image, from 0.
    """
    report = comparison.report(index)
    before, after = _faces(report)
    faces = [
        {"who": who, "answer": answer, "colour": colour}
        for (who, answer), colour in ((before, REFERENCE_COLOUR), (after, TARGET_COLOUR))
    ]
    data = {
        "picture": picture_url(images[index]),
        "alt": image_text(index, comparison.labels[index]),
        "faces": faces,
        "turns": report.changed or report.can_flip,
        "title": _title(comparison),
        "words": f"{answers_sentence(comparison, index)}. {flip_sentence(report)}".replace("**", ""),
    }
    # In a tuple, as Streamlit would import pandas to look for tables in a dictionary.
    _component(data=(data,), key="closest")


def _title(comparison: Comparison) -> str:
    """Title of the card: a changed image, the closest call, or neither."""
    if comparison.changed_predictions == 0:
        if not comparison.report(comparison.closest_image).can_flip:
            return "No answer changed, and no multiple of the error would change one"
        return "The closest call: no answer changed"
    if comparison.changed_predictions == 1:
        return "The one image whose answer float16 changed"
    return f"One of the {count_text(comparison.changed_predictions, 'image')} whose answer float16 changed"


def _faces(report: ImageReport) -> tuple[tuple[str, str], tuple[str, str]]:
    """Both sides of the card: who answers, and the answer."""
    if report.changed or not report.can_flip:
        return (REFERENCE_NAME, report.reference_text), (TARGET_NAME, report.target_text)
    return (
        ("both models", report.reference_text),
        (f"float16’s error × {factor_text(report.flip_factor)}", str(report.rival)),
    )
