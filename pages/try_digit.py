"""Try a digit: the visitor's own, drawn, uploaded or photographed, read by both models."""

from collections.abc import Callable, Collection

import streamlit as st

from fp16core.evaluate.browse import any_image
from fp16core.evaluate.likeness import FALSE_ALARMS
from fp16core.evaluate.reading import Reading, accuracy, read_picture, table, table_csv
from fp16core.figures import digits as figures
from fp16core.figures.pictures import row_url
from fp16core.images import PreparedPicture, StageName, prepare_image, prepare_picture, prepare_test_image
from fp16core.images.drawing import USUAL_PEN, picture_of
from fp16core.images.picture_file import FORMATS, data_of_url
from fp16core.images.stages import INFO, OPTIONAL
from fp16core.text import count_text, percent_text, share_text, small_text
from fp16core.vocabulary import HalfBitsError, ImageError
from pages.shared import pictures, routing, state
from pages.shared.canvas import canvas
from pages.shared.charts import chart
from pages.shared.headline import headline, number
from pages.shared.paste import paste
from pages.shared.stage_strip import stage_strip
from pages.shared.words import flip_sentence, plain

routing.through_app("pages/try_digit.py")

Prepare = Callable[[Collection[StageName]], PreparedPicture]

DRAW, UPLOAD, CAMERA, TEST = "Draw", "Upload", "Camera", "Test image"
_INVITATIONS = {
    DRAW: "Draw a digit on the left, with the mouse, a pen or a finger. Both models answer when you lift it.",
    UPLOAD: "Upload pictures on the left, drop them there, or paste one. A row of digits, a phone number say, is "
    "read digit by digit.",
    CAMERA: "Write a digit on paper, squared or ruled if you like, and hold it before the camera.",
}


def drawn() -> None:
    """Keep the drawing: a page's widgets forget when the visitor leaves it."""
    if (sent := st.session_state["canvas"].get("drawing")) is not None:
        st.session_state.drawing = sent


def uploaded() -> None:
    """Take the files in, and free the uploader's copies with the uploader itself."""
    pictures.arrived([(file.name, file.getvalue()) for file in st.session_state[uploader_key()] or []])
    st.session_state.uploads = st.session_state.get("uploads", 0) + 1


def photographed() -> None:
    """Take the photograph in."""
    if (photograph := st.session_state.photograph) is not None:
        pictures.arrived([("photograph", photograph.getvalue())])


def pasted() -> None:
    """Take the pasted picture in."""
    if (url := st.session_state["paste"].get("pasted")) is not None:
        try:
            pictures.arrived([("pasted picture", data_of_url(url, "pasted picture"))])
        except ImageError as error:
            pictures.gallery().refusals.append(str(error))


def another() -> None:
    """Choose a test image at random."""
    st.session_state.test = any_image(comparison)


def uploader_key() -> str:
    """A new uploader for each delivery."""
    return f"uploader-{st.session_state.get('uploads', 0)}"


def drawing_to_read() -> Prepare | None:
    """The canvas, and its drawing if there is one."""
    drawing = st.session_state.get("drawing", {"strokes": [], "width": USUAL_PEN})
    canvas(drawing["strokes"], drawing["width"], key="canvas", on_change=drawn)
    if not drawing["strokes"]:
        return None
    return lambda off: prepare_image(picture_of(drawing["strokes"]), "Your drawing", off, thumbnails=True)


def picture_to_read(source: str) -> Prepare | None:
    """What takes pictures in, those taken in so far, and the one chosen."""
    if source == CAMERA:
        st.camera_input("Photograph a digit on paper", key="photograph", on_change=photographed)
    else:
        st.file_uploader(
            "Pictures of digits, one or many",
            accept_multiple_files=True,
            key=uploader_key(),
            on_change=uploaded,
            help=f"{', '.join(FORMATS)}. Begin a file's name with its true digit, as in 7.png, to see the accuracy.",
        )
        paste(key="paste", on_paste=pasted)
    pictures.read_inbox()
    gallery = pictures.gallery()
    if gallery.refusals:
        st.error("\n".join(f"- {plain(refusal)}" for refusal in gallery.refusals), icon=":material/error:")
    if not gallery.pictures:
        return None
    st.button(
        "Remove all pictures",
        icon=":material/delete:",
        type="tertiary",
        key="remove",
        on_click=pictures.forget_pictures,
    )
    chosen = gallery.pictures[chosen_row(gallery.readings)]
    return lambda off: prepare_picture(chosen.packed.unpacked(), chosen.reading.name, off, thumbnails=True)


def chosen_row(readings: list[Reading]) -> int:
    """The table of many pictures, if there are; the place of the one to show."""
    if len(readings) == 1:
        return 0
    if (right := accuracy(readings)) is not None:
        st.markdown(
            f"Accuracy on the {count_text(right[0].total, 'picture')} whose name begins with the true digit: "
            f"float32 **{percent_text(right[0].value)}**, float16 **{percent_text(right[1].value)}**."
        )
    columns = table(readings)
    event = st.dataframe(
        {"picture": [row_url(reading.prepared.images) for reading in readings], **columns},
        column_config={
            "picture": st.column_config.ImageColumn(width="medium", pinned=True),
            "float32 probability": st.column_config.NumberColumn(format="percent"),
            "float16 probability": st.column_config.NumberColumn(format="percent"),
            "largest logit change": st.column_config.NumberColumn(format="scientific"),
        },
        height="content" if len(readings) < 12 else 430,
        key=f"table-{len(readings)}",
        on_select="rerun",
        selection_mode="single-row",
    )
    st.download_button(
        "CSV",
        lambda: table_csv(readings),
        file_name="digits.csv",
        mime="text/csv",
        icon=":material/download:",
        type="tertiary",
        help="The table, with what was done to each picture",
        on_click="ignore",
    )
    rows = event.selection.rows
    return rows[0] if rows else len(readings) - 1


def test_image_to_read() -> Prepare:
    """A test image, by its number or at random."""
    st.button("Another one at random", icon=":material/casino:", key="random", on_click=another)
    index = int(st.number_input("Image number", 0, comparison.images - 1, key="test", bind="query-params"))
    image, label = found.images[index], comparison.labels[index]
    st.image(figures.digit_png(image), width=224, alt=f"Test image {index}, a {label}")
    st.caption(f"Test image {index:,}: a {label}. The models know this kind of picture; nothing is done to it.")
    return lambda off: prepare_test_image(image, f"Test image {index:,}", thumbnails=True)


def show_answers(reading: Reading) -> int:
    """What both models read; the place of the digit shown below."""
    both = headline(2, key="headline-answers")
    at_least = "at least " if reading.answers.images > 1 else ""
    for column, name, text, probability in (
        (both[0], "float32", reading.reference_text, reading.reference_probability),
        (both[1], "float16", reading.target_text, reading.target_probability),
    ):
        hint = f"The most probable digit by the model with {name} weights."
        number(column, f"{name} reads", text, f"{at_least}{percent_text(probability)} sure", hint)
    st.markdown(
        ("Both models read the same. " if reading.agree else ":orange[**float16 reads something else.**] ")
        + f"The largest change of any raw score is {small_text(reading.max_abs_logit_delta)}."
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
    seen, like, words = st.container(key="cards-portraits").columns([1, 1, 3], vertical_alignment="top")
    seen.image(figures.digit_png(reading.prepared.digits[place].image), width=112, alt="Your digit, 28 × 28 pixels")
    seen.caption("What the models see")
    if report.is_answered:
        like.image(
            figures.digit_png(found.images[reading.nearest[place]]), width=112, alt="The most similar test image"
        )
        like.caption(f"Most similar {report.reference_text} of the test images")
    words.markdown(flip_sentence(report))
    if reading.doubted[place]:
        words.warning(
            f"**This does not look like a digit.** No test image of a {report.reference_text} is as close to it as is "
            "usual for a digit. The models name one of the ten whatever they are shown.",
            icon=":material/help:",
        )
    chart(
        figures.probabilities(reading.answers, place),
        "try-probabilities",
        "Probabilities that both models give to the ten digits",
    )
    return place


def show_rule() -> None:
    """When a picture is said not to look like a digit, and how often that is right."""
    st.subheader("When does it not look like a digit?", anchor=False)
    checked = pictures.rule_check()
    rule = pictures.likeness()
    st.markdown(
        "The models cannot say “none of the ten”. So the picture is held against all test images of the digit that "
        "was answered, both averaged over 2 × 2 pixels; if the nearest is farther away than "
        f"{small_text(rule.limit)} (Euclidean, ink from 0 to 1), it is said not to look like one. Only "
        f"{share_text(FALSE_ALARMS)} of the first half of the test images lie farther from all others."
    )
    st.markdown(
        f"Measured on this server: of {checked.digits:,} test images of the second half it doubts "
        f"**{percent_text(checked.digits_share)}**; of {checked.non_digits} drawn letters, "
        f"scribbles, shapes and crossing lines it doubts **{percent_text(checked.non_digits_share)}**. "
        f"float32 reads {percent_text(checked.confident_share)} of those as some digit with "
        "more than 90 % probability: confidence alone proves nothing."
    )


@st.fragment
def show() -> None:
    """All that changes with the visitor's digit."""
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
    steps, scores = st.container(border=True), st.container(border=True)
    with given.container(border=True):
        if source == DRAW:
            prepare = drawing_to_read()
        elif source == TEST:
            prepare = test_image_to_read()
        else:
            prepare = picture_to_read(source)
    with steps:
        st.markdown("**From your picture to the models’ 28 × 28 pixels**")
        off = st.pills(
            "Leave out, to see what it is good for",
            OPTIONAL,
            selection_mode="multi",
            format_func=lambda name: INFO[name].title,
            key="off",
        )
    if prepare is None:
        answered.container(border=True).markdown(_INVITATIONS[source])
        steps.caption("Each step will show here what it did to your picture.")
        scores.caption("Raw scores of both models will show here.")
        return
    with answered.container(border=True):
        try:
            reading = read_picture(pictures.models(), pictures.likeness(), prepare(off))
        except HalfBitsError as error:
            st.error(plain(str(error)), icon=":material/error:")
            return
        place = show_answers(reading)
    with steps:
        for name in off:
            st.caption(f"Without “{INFO[name].title}”, {INFO[name].when_off}.")
        stage_strip([*reading.prepared.stages, *reading.prepared.digits[place].stages])
    with scores:
        st.markdown("**Raw scores (logits), and what float16 changed**")
        chart(figures.logits(reading.answers, place), "try-logits", "Logits of both models and their differences")


st.title("What do both models see in your digit?")
with state.explained():
    found = state.results()
    comparison = found.comparison
    pictures.models()
st.markdown(
    "Draw, upload or photograph a digit. It is prepared the way MNIST’s digits were, step by step, and read by the "
    "float32 and the float16 model."
)
show()
with st.container(border=True):
    show_rule()
