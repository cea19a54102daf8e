"""Test images whose answers float16 changes most often."""

import streamlit as st

from fp16core.data.mnist import BUNDLED, load_mnist
from fp16core.evaluate.evaluation import answer_text
from fp16core.figures.base.pictures import digit_png, png_url
from fp16core.study.changes import ChangedImage, changed_images
from fp16core.study.rows.row import BUNDLED_DIGEST
from fp16core.text import count_text, image_text
from pages.luck.choice import Choice
from pages.shared.server.turns import aside

_SHOWN = 12


def show(chosen: Choice) -> None:
    """Show the images with their pictures, if the study is about the MNIST that the server has."""
    st.header("Answers that change most often", anchor="images")
    digests = {row.dataset.sha256 for row in chosen.rows}
    if len(digests) > 1:
        st.markdown("These trainings have different data sets, and so different images; choose a recipe.")
        return
    found = changed_images(chosen.rows, chosen.kind)
    if not found:
        st.markdown("None has changed in any of these trainings.")
        return
    trainings = chosen.summary.effects[chosen.kind].trainings
    often = found[0].trainings
    times = "**none of them twice**" if often == 1 else f"to one of them **{often:,} times**"
    st.markdown(
        f"In {count_text(trainings, 'training')}, the answer to {count_text(len(found), 'image')} changed"
        + ("." if trainings == 1 else f" at least once, {times}.")
    )
    if digests != {BUNDLED_DIGEST}:
        st.caption("The study’s data set is not the bundled MNIST, so its images cannot be shown here.")
        return
    shown = found[:_SHOWN]
    st.caption(
        "Below each image: its most frequent change, from float32’s answer to float16’s; the right one is **bold**."
    )
    row = st.container(key="luck-images", horizontal=True)
    for each, picture in zip(shown, _pictures(tuple(each.image for each in shown)), strict=True):
        with row.container(width=96, gap="small"):
            st.image(
                picture,
                width=84,
                alt=image_text(each.image, each.label),
            )
            st.caption(f"{_moves(each)}  \nimage {each.image:,}")


@st.cache_resource(show_spinner=False, max_entries=32)
def _pictures(places: tuple[int, ...]) -> list[str]:
    """Test images of the bundled MNIST as addresses of pictures, whatever data set the server shows."""
    with aside():
        images, _ = load_mnist("test", BUNDLED)
    return [png_url(digit_png(images[place])) for place in places]


def _moves(each: ChangedImage) -> str:
    """The most frequent change of an image's answer, with the right one in bold, and in how many trainings."""
    (reference, target), _ = each.moves[0]
    answers = (f"**{answer_text(a)}**" if a == each.label else answer_text(a) for a in (reference, target))
    times = f", {each.trainings:,} times" if each.trainings > 1 else ""
    return " → ".join(answers) + times
