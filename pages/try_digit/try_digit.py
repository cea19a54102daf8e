"""Try a digit: the visitor's own, drawn, uploaded or photographed, read by both models."""

from collections.abc import Callable, Collection
from functools import partial

import streamlit as st

from fp16core.evaluate.browse import any_image
from fp16core.figures import digits as figures
from fp16core.figures.base.pictures import digit_png
from fp16core.images.drawing import picture_of, strokes_and_pen
from fp16core.images.prepare import prepare_image, prepare_test_image
from fp16core.images.stages import DRAWING_OPTIONAL, INFO, OPTIONAL, PreparedPicture, StageName
from fp16core.reading.reading import Reading, read_picture
from fp16core.text import percent_text, small_text
from fp16core.vocabulary import HalfBitsError
from pages.shared.session import state
from pages.shared.ui.charts import chart
from pages.shared.ui.headline import headline, number
from pages.shared.ui.words import flip_sentence, plain, say_if_probabilities
from pages.try_digit import gallery, pictures
from pages.try_digit.canvas import canvas
from pages.try_digit.rule import show_rule
from pages.try_digit.stage_strip import stage_strip

Read = Callable[[Collection[StageName]], Reading]  # reads a picture with stages left out; raises `HalfBitsError`

DRAW, UPLOAD, CAMERA, TEST = "Draw", "Upload", "Camera", "Test image"
_INVITATIONS = {
    DRAW: "Draw a digit with the mouse, a pen or a finger. Both models answer at the end of each stroke.",
    UPLOAD: "Upload pictures, drop them, or paste one. A row of digits, a phone number say, is read digit by digit.",
    CAMERA: "Write a digit on paper, squared or ruled if you like, and hold it in front of the camera.",
}


def drawn() -> None:
    """Keep the drawing, as widgets lose their values when the visitor leaves the page."""
    if (sent := st.session_state["canvas"].get("drawing")) is not None:
        st.session_state.drawing = sent


def another() -> None:
    """Choose a test image at random."""
    st.session_state.test = any_image(comparison)


def prepared(picture: PreparedPicture) -> Reading:
    """Both models' reading of a prepared picture."""
    return read_picture(pictures.models(), pictures.likeness(), picture)


def drawing_to_read() -> Read | None:
    """Show the canvas; returns a function that reads the drawing, if there is one."""
    with state.explained():
        strokes, width = strokes_and_pen(st.session_state.get("drawing"))
    canvas(strokes, width, key="canvas", on_change=drawn)
    if not strokes:
        return None
    return lambda off: prepared(prepare_image(picture_of(strokes), "Your drawing", off, thumbnails=True))


def picture_to_read(source: str) -> Read | None:
    """Show the camera or the uploader; returns a function that reads the chosen picture, if there is one."""
    if source == CAMERA:
        gallery.take_photograph()
    else:
        gallery.take_files()
    with state.explained():
        pictures.read_inbox()
    gallery.show_refusals()
    taken = pictures.gallery().pictures
    if not taken:
        return None
    with many:
        chosen = gallery.choose(taken)
    if source == UPLOAD:
        gallery.show_original(chosen.picture(), chosen.reading.name)
    return partial(pictures.view, chosen)


def test_image_to_read() -> Read:
    """Let the visitor choose a test image; returns a function that reads it."""
    st.button("Another one at random", icon=":material/casino:", key="random", on_click=another)
    index = int(st.number_input("Image number", 0, comparison.images - 1, key="test", bind="query-params"))
    image, label = found.images[index], comparison.labels[index]
    st.image(digit_png(image), width=224, alt=f"Test image {index}, a {label}")
    st.caption(f"Test image {index:,}: a {label}. It is in the models’ own format and needs no preparation.")
    return lambda _off: prepared(prepare_test_image(image, f"Test image {index:,}", thumbnails=True))


def show_answers(reading: Reading, source: str) -> int:
    """Show both models' answers; returns the index of the digit whose details are shown."""
    row = headline("headline-answers")
    least = "least sure digit: " if reading.answers.images > 1 else ""
    for name, text, probability in (
        ("float32", reading.reference_text, reading.reference_probability),
        ("float16", reading.target_text, reading.target_probability),
    ):
        hint = f"The most probable digit by the model with {name} weights."
        number(row, f"{name} reads", text, f"{least}{percent_text(probability)} sure", hint)
    st.markdown(
        ("Both models read the same. " if reading.agree else ":orange[**float16 reads something else.**] ")
        + f"The largest change of any logit is {small_text(reading.max_abs_logit_delta)}."
    )
    place = 0
    if reading.answers.images > 1:
        place = st.segmented_control(
            "Digit",
            range(reading.answers.images),
            default=0,
            required=True,
            format_func=lambda at: f"#{at + 1}: {reading.answers.report(at).reference_text}",
            key=f"digit-of-{reading.answers.images}",
            wrap=True,
        )
    report = reading.answers.report(place)
    seen, like, words = st.container(key="cards-portraits").columns([1, 1, 3])
    seen.image(digit_png(reading.prepared.digits[place].image), width=112, alt="Your digit, 28 × 28 pixels")
    seen.caption("What the models see")
    if report.is_answered and source != TEST:
        like.image(digit_png(found.images[reading.nearest[place]]), width=112, alt="The most similar test image")
        like.caption(f"Most similar {report.reference_text} of the test images")
    words.markdown(flip_sentence(report))
    if reading.doubted[place]:
        words.warning(
            f"**This does not look like a digit.** Even the most similar {report.reference_text} of the test images is "
            "unusually far from it. The models name one of the ten whatever they are shown.",
            icon=":material/help:",
        )
    chart(
        partial(figures.probabilities, reading.answers, place),
        "try-probabilities",
        "Probabilities that both models give to the ten digits",
    )
    return place


def stages_to_leave_out(source: str) -> list[StageName]:
    """The stages that the visitor has switched off, of those that apply to such a picture."""
    if source == TEST:
        return []
    return st.pills(
        "Leave out steps, to see what each contributes",
        DRAWING_OPTIONAL if source == DRAW else OPTIONAL,
        selection_mode="multi",
        format_func=lambda name: INFO[name].title,
        key=f"off-{source == DRAW}",
    )


def show_difference(read: Read, reading: Reading) -> None:
    """Compare a reading with stages left out with that of the same picture with all stages."""
    if (whole := read_or_explain(read, [])) is None:
        return
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


with state.explained():
    found = state.results()
    comparison = found.comparison
    pictures.likeness()
st.markdown(
    "Draw, upload or photograph a handwritten digit. It is prepared the way MNIST’s digits were, step by step, and "
    "read by the float32 and the float16 model. They were trained on handwriting only, not on printed digits."
)
say_if_probabilities(comparison.reference)
source = st.segmented_control(
    "Source",
    [DRAW, UPLOAD, CAMERA, TEST],
    default=DRAW,
    required=True,
    key="source",
    bind="query-params",
    label_visibility="collapsed",
)
given, answered = st.container(key="cards-try").columns([5, 7], gap="medium")
many, steps, logits = st.container(), st.container(border=True), st.container(border=True)
with given.container(border=True):
    if source == DRAW:
        read = drawing_to_read()
    elif source == TEST:
        read = test_image_to_read()
    else:
        read = picture_to_read(source)
with steps:
    st.markdown("**From your picture to the models’ 28 × 28 pixels**")
    off = stages_to_leave_out(source)
with answered.container(border=True):
    reading = read_or_explain(read, off) if read else None
    if read is None:
        st.markdown(_INVITATIONS[source])
    if reading:
        place = show_answers(reading, source)
if read and reading:
    with steps:
        if off:
            show_difference(read, reading)
        stage_strip([*reading.prepared.stages, *reading.prepared.digits[place].stages])
    with logits:
        st.markdown("**Logits (raw scores), and what float16 changed**")
        chart(
            partial(figures.logits, reading.answers, place), "try-logits", "Logits of both models and their differences"
        )
else:
    steps.caption("The effect of each step on your picture will appear here.")
    logits.caption("The logits of both models and their differences will appear here.")
with st.container(border=True):
    show_rule()
# The callbacks above hold what the page has named as long as the visit lasts.
del read, reading
