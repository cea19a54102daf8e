"""Digits: both models' answers to test images, and to digits of the visitor's own."""

from collections.abc import Callable, Collection
from functools import partial

import streamlit as st

from fp16core.csv_text import csv_text
from fp16core.images.stages import DRAWING_OPTIONAL, INFO, OPTIONAL, StageName
from fp16core.reading.gallery_picture import GalleryPicture
from fp16core.reading.reading import Reading, digit_table
from fp16core.text import article_text, percent_text, small_text
from fp16core.vocabulary import HalfBitsError
from pages.digits import gallery, pictures, test_images, turning
from pages.digits.preview.preview import preview
from pages.digits.rule import show_rule
from pages.digits.stage_strip import stage_strip
from pages.digits.words import answer_words
from pages.shared.digit import live, own_drawing, readings
from pages.shared.digit.answer_card import answer_card, place_in
from pages.shared.server import hosted
from pages.shared.session import state
from pages.shared.ui.charts import table_button
from pages.shared.ui.folds import fold_on_demand
from pages.shared.ui.tables import show_table
from pages.shared.ui.terms import hint
from pages.shared.ui.words import plain, say_if_probabilities

Read = Callable[[Collection[StageName]], Reading | None]  # reads with stages left out; raises `HalfBitsError`

TEST, DRAW, UPLOAD, CAMERA = "Test image", "Draw", "Upload", "Camera"
_INVITATIONS = {
    UPLOAD: "Upload pictures, drop them, or paste one. A row of digits, a phone number say, is read digit by digit.",
    CAMERA: "Write a digit on paper, squared or ruled if you like, and hold it in front of the camera.",
}


def picture_to_read(source: str) -> GalleryPicture | None:
    """Show the camera or the uploader; returns the chosen picture, if there is one."""
    if source == CAMERA:
        gallery.take_photograph()
    else:
        gallery.take_files()
    with state.explained():
        pictures.read_inbox()
        pictures.read_again()
    chosen = None
    if taken := pictures.gallery().pictures:
        with many:
            chosen = gallery.choose(taken)
    gallery.show_refusals(chosen)
    if chosen is None:
        return None
    if source == UPLOAD:
        gallery.show_original(chosen.picture(), chosen.reading.name)
    turning.show_turn_button(chosen)
    return chosen


def stages_to_leave_out(source: str) -> list[StageName]:
    """The stages that the visitor has switched off, of those that apply to such a picture."""
    return st.pills(
        "Leave out steps, to see what each contributes",
        DRAWING_OPTIONAL if source == DRAW else OPTIONAL,
        selection_mode="multi",
        format_func=lambda name: INFO[name].title,
        key="without" if source == DRAW else "picture-without",
        bind="query-params" if source == DRAW else None,
    )


def show_steps(read: Read, reading: Reading, off: Collection[StageName]) -> None:
    """Show the way from the picture to the models' pixels, and the effect of steps that are left out."""
    place = place_in(reading)
    if off and (whole := read_or_explain(read, ())) is not None:
        show_difference(whole, reading)
    stage_strip([*reading.prepared.stages, *reading.prepared.digits[place].stages])


def show_difference(whole: Reading, reading: Reading) -> None:
    """Compare a reading with stages left out with that of the same picture with all stages."""
    left_out = [stage for stage in [*reading.prepared.stages, *reading.prepared.digits[0].stages] if not stage.is_on]
    if not left_out:
        st.caption("This picture is in MNIST’s format already and goes through none of these steps.")
        return
    st.markdown(
        f"With all steps float32 reads **{whole.reference_text}** ({percent_text(whole.reference_probability)} sure), "
        f"without **{reading.reference_text}** ({percent_text(reading.reference_probability)} sure)."
    )
    st.caption("  \n".join(f"Without “{INFO[stage.name].title}”, {INFO[stage.name].when_off}." for stage in left_out))


def read_or_explain(read: Read, off: Collection[StageName]) -> Reading | None:
    """Both models' reading, or `None` after a sentence why there is none."""
    try:
        return read(off)
    except HalfBitsError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return None


@st.fragment
def show_test_image(index: int) -> None:
    """Show the card of a test image, as a part that runs by itself when the error is enlarged."""
    with state.explained():
        label = state.results().comparison.labels[index]
        answer_card(
            readings.test_image(index),
            "answer-card",
            f"test image {index}",
            f"Image {index:,}: {article_text(label)}",
            truth=str(label),
        )


def show_numbers(reading: Reading) -> None:
    """Show logits and probabilities of both models as a table."""
    place = place_in(reading)
    report, columns = reading.answers.report(place), digit_table(reading, place)
    st.caption(
        f"Margin of the largest logit over the second largest: {small_text(report.margin)}. Largest change of any "
        f"logit by float16: {small_text(report.max_abs_logit_delta)}; what counts is how much a rival gained on the "
        "best.",
        help=hint("logit", "margin"),
    )
    show_table(
        {
            name: [str(digit) for digit in values] if name == "digit" else list(map(small_text, values))
            for name, values in columns.items()
        }
    )
    table_button(lambda: csv_text([columns, *zip(*columns.values(), strict=True)]), "digit", "This table, as CSV")


with state.explained():
    found = state.results()
    readings.likeness()
st.markdown(answer_words(found.comparison))
say_if_probabilities(found.comparison.reference)
source = st.segmented_control(
    "Source",
    [TEST, DRAW, UPLOAD, CAMERA],
    default=TEST,
    required=True,
    key="source",
    bind="query-params",
    label_visibility="collapsed",
)
main, many = st.container(), st.container()
off: list[StageName] = []
steps = st.container(border=True) if source != TEST else None
if steps:
    with steps:
        st.markdown("**From your picture to the models’ 28 × 28 pixels**")
        off = stages_to_leave_out(source)
if source != DRAW:
    own_drawing.leave_address()
picture: GalleryPicture | None = None
read: Read | None = None
reading: Reading | None = None
with main:
    if source == DRAW:
        read, reading = own_drawing.read, live.draw_and_read(off, True, partial(preview, off))
    elif source == TEST:
        row = st.container(key="cards-test", horizontal=True)
        index = test_images.choose(row.container(border=True), row.container(border=True))
        reading = readings.test_image(index)
        with row.container(border=True):
            show_test_image(index)
    else:
        row = st.container(key="cards-given", horizontal=True)
        with row.container(border=True):
            if (picture := picture_to_read(source)) is not None:
                read = partial(pictures.view, picture)
        with row.container(border=True):
            reading = read_or_explain(read, off) if read else None
            if picture and reading and not off:
                turning.offer_turn(picture, reading)
            name = hosted.shown(reading.name) if reading else ""
            about = f"picture {picture.kept.digest}" if picture else ""
            truth = reading.label if reading and reading.answers.images == 1 else None
            with state.explained():
                answer_card(reading, "answer-card", about, name, _INVITATIONS[source], truth)
if steps:
    with steps:
        if read and reading:
            show_steps(read, reading, off)
        else:
            st.caption("The effect of each step on your picture will appear here.")
numbers = fold_on_demand("All logits and probabilities", ":material/table:", "digits-numbers")
if numbers.open and reading:
    with numbers:
        show_numbers(reading)
rule = fold_on_demand("When does a picture not look like a digit?", ":material/help:", "digits-rule")
if rule.open:
    with rule:
        show_rule()
# The callbacks above hold what the page has named as long as the visit lasts.
del picture, read, reading
