"""Digits: both models' answers, image by image."""

from functools import partial

import streamlit as st

from fp16core.evaluate.browse import COLUMNS, Indices, Show, select_images, sheet_count, sheet_images, sheet_of
from fp16core.evaluate.contact_sheet import sheet_entries
from fp16core.figures import digits as figures
from fp16core.figures.base.pictures import digit_png, sprite_png
from fp16core.figures.base.style import REFERENCE_COLOUR, TARGET_COLOUR
from fp16core.text import count_text, percent_text, small_text
from pages.shared.session import state
from pages.shared.ui.charts import chart, index_of
from pages.shared.ui.contact_sheet import contact_sheet
from pages.shared.ui.words import flip_sentence, say_if_probabilities

ANY = "any"
_SHOW = {
    "all images": Show.ALL,
    "closest to differing": Show.CLOSEST,
    "models differ": Show.DIFFER,
    "both wrong": Show.BOTH_WRONG,
}

with state.explained():
    found = state.results()
comparison = found.comparison
st.markdown(
    f"Both models agree on **{comparison.equal_predictions:,} of {comparison.images:,}** test "
    "images. Pick one to see how close the decision was."
)
say_if_probabilities(comparison.reference)


def filtered() -> None:
    """Show the new list from its beginning, with its first image chosen."""
    st.session_state.sheet = 1
    listed = chosen_images()
    if len(listed):
        st.session_state.image = int(listed[0])


def clicked() -> None:
    """Choose the image that was clicked."""
    if (picked := index_of(st.session_state["contact-sheet"].picked, comparison.images)) is not None:
        st.session_state.image = picked


def cleared() -> None:
    """List all images again."""
    st.session_state.show = "all images"
    st.session_state["true"] = st.session_state.predicted = ANY
    filtered()


def numbered() -> None:
    """Show the sheet that holds the image whose number was typed."""
    st.session_state.sheet = sheet_of(chosen_images(), st.session_state.image)


def sheet_words(index: int, listed: Indices) -> str:
    """Caption of the contact sheet: its content, and the meaning of the frames."""
    count = count_text(len(listed), "image")
    if _SHOW[st.session_state.get("show") or "all images"] is Show.CLOSEST:
        count += ", nearest first; float16 only favours the answers of all others"
    frames = "Pick one: a blue frame marks the chosen image, an orange one a changed answer."
    return (
        f"{count}. {frames}" if index in listed else f"{count}; the chosen image {index:,} is not among them. {frames}"
    )


def digit_filter(key: str) -> int | None:
    """The digit a select box was set to, if any."""
    value = st.session_state.get(key) or ANY
    return None if value == ANY else int(value)


def chosen_images() -> Indices:
    """Indices of the images that pass all three filters."""
    show = _SHOW[st.session_state.get("show") or "all images"]
    return select_images(comparison, show, digit_filter("true"), digit_filter("predicted"))


options = [ANY, *map(str, range(10))]
which, true, predicted = st.columns([3, 1, 1])
which.segmented_control(
    "Show",
    list(_SHOW),
    default="all images",
    required=True,
    key="show",
    wrap=True,
    bind="query-params",
    on_change=filtered,
    help="“Closest to differing” lists the images whose answers the smallest enlargement of the float16 error changes.",
)
true.selectbox("True digit", options, key="true", bind="query-params", on_change=filtered)
predicted.selectbox(
    "Predicted digit", options, key="predicted", bind="query-params", on_change=filtered, help="By either model."
)
listed = chosen_images()

sheet, detail = st.container(key="cards").columns([5, 6], gap="medium")
with sheet.container(border=True):
    # Drawn above the controls, but after them: it shows what they are set to.
    above = st.container()
    sheets = sheet_count(listed)
    if "sheet" not in st.session_state and "sheet" not in st.query_params:
        given = st.query_params.get("image", "0")
        st.session_state.sheet = sheet_of(listed, int(given)) if given.isdecimal() else 1
    number = st.pagination(sheets, key="sheet", max_visible_pages=5, bind="query-params") if sheets > 1 else 1
    index = int(
        st.number_input(
            "Image number",
            0,
            comparison.images - 1,
            key="image",
            bind="query-params",
            on_change=numbered,
            help="Position in the test set, from 0.",
        )
    )
    with above:
        if len(listed):
            st.caption(sheet_words(index, listed))
            contact_sheet(
                sprite_png(found.images[sheet_images(listed, number)], COLUMNS),
                COLUMNS,
                sheet_entries(comparison, sheet_images(listed, number), index),
                (REFERENCE_COLOUR, TARGET_COLOUR),
                key="contact-sheet",
                on_pick=clicked,
            )
        else:
            st.markdown("No image fits these filters.")
            st.button("Clear the filters", icon=":material/filter_alt_off:", on_click=cleared)

report = comparison.report(index)
label = comparison.labels[index]
with detail.container(border=True):
    picture, words = st.container(key="cards-portrait").columns([1, 3], vertical_alignment="center")
    picture.image(digit_png(found.images[index]), width=140, alt=f"Test image {index}, a {label}")
    words.header(f"Image {index:,}: a {label}", anchor=False)
    words.markdown(
        f"float32 reads **{report.reference_text}** ({percent_text(report.reference_probability)} sure), "
        f"float16 reads **{report.target_text}** ({percent_text(report.target_probability)})."
    )
    words.markdown(flip_sentence(report))
    words.caption(
        f"Margin of the largest logit over the second largest: {small_text(report.margin)}. Largest change of any "
        f"logit by float16: {small_text(report.max_abs_logit_delta)}; what counts is how much a rival gained on the "
        "best."
    )

    st.markdown("**Probability of each digit**")
    chart(
        partial(figures.probabilities, comparison, index),
        "probabilities",
        f"Probabilities that both models give to the ten digits for image {index}",
    )

with st.container(border=True):
    st.markdown("**Logits (raw scores), and what float16 changed**")
    chart(
        partial(figures.logits, comparison, index),
        "logits",
        f"Logits of both models and their differences for image {index}",
    )
# The callbacks above hold what the page has named as long as the visit lasts.
del listed
