"""One test image beside a chart: its number, the picture and both models' answers, and a link to its details."""

import numpy as np
import numpy.typing as npt
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from fp16core.evaluate.comparison import Comparison
from fp16core.evaluate.contact_sheet import answers_sentence
from fp16core.figures.base.pictures import digit_png, png_url
from fp16core.text import image_text
from pages.shared.address import defaults
from pages.shared.ui.words import flip_sentence


def choose_image(row: DeltaGenerator, comparison: Comparison, key: str) -> int:
    """Let a visitor choose a test image by its number, which the address holds as ``key``; return it."""
    return int(
        row.number_input(
            f"Image number, 0 to {comparison.images - 1:,}",
            0,
            comparison.images - 1,
            defaults.note(key, comparison.closest_image, range(comparison.images)),
            key=key,
            bind="query-params",
            width=220,
            help="Position in the test set. Initially the image closest to a changed answer.",
        )
    )


def show_image(images: npt.NDArray[np.uint8], comparison: Comparison, index: int, remark: str = "") -> None:
    """Show a test image with both models' answers.

    Parameters
    ----------
    images : uint8, shape (n, 28, 28)
        All test images.
    comparison
        Both models' answers to them.
    index
        Index of the image to show, from 0.
    remark
        A sentence below.
    """
    st.image(
        png_url(digit_png(images[index])),
        width=112,
        alt=image_text(index, comparison.labels[index]),
    )
    with st.container(gap="small"):
        st.markdown(answers_sentence(comparison, index) + ".")
        st.caption(" ".join(filter(None, (flip_sentence(comparison.report(index)), remark))))


def link_to_image(index: int) -> None:
    """Show a link to the details of a test image."""
    st.page_link(
        "digits/digits.py",
        label="All about this image",
        icon=":material/arrow_forward:",
        query_params={"image": str(index)},
    )
