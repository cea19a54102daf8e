"""Claims and words: the tutorial's claims checked on the active pair, a report, the models, and the glossary."""

from collections.abc import Callable

import streamlit as st

from fp16core.claims.claims import check_claims
from fp16core.runs.record import REFERENCE_FILE, TARGET_FILE
from fp16core.text import bytes_text
from fp16core.tflite.size_account import size_account
from fp16core.vocabulary import TUTORIAL_URL
from pages.claims import report
from pages.claims.charts import show_charts
from pages.claims.checked import LOOK, link_to_measurements, show_claims, show_counts
from pages.claims.words import define, look_up, show_glossary
from pages.shared.frame import casting
from pages.shared.session import state, studies
from pages.shared.session.measuring import measurements
from pages.shared.session.pair_numbers import show_numbers
from pages.shared.ui.words import say_if_probabilities


def given(model: bytes) -> Callable[[], bytes]:
    """Return a callback for a download button, called when it is pressed; every browser would fetch bytes at once."""
    return lambda: model


with state.explained():
    found = state.results()
    account = size_account(*state.ledgers())
    evidence = found.evidence.with_runtimes(measurements.evidence())
    claims = studies.in_distribution(check_claims(evidence), found.pair.run)
    casting.say_if_out_of_range(found.comparison)

st.html(LOOK)
show_counts(claims)
downloads, progress = st.container(key="claims-downloads", horizontal=True, vertical_alignment="center"), st.empty()
with downloads:
    report.offer(evidence, progress)
    with st.popover("Download the models", icon=":material/download:"):
        for name, model, words in (
            (REFERENCE_FILE, found.pair.reference, "float32"),
            (TARGET_FILE, found.pair.target, "float16"),
        ):
            st.download_button(
                f"{name} ({words}, {bytes_text(model.size_bytes)})",
                given(model.contents),
                file_name=name,
                mime="application/octet-stream",
                icon=":material/download:",
                key=f"download-{words}",
                on_click="ignore",
            )
    word = look_up()
    link_to_measurements(claims)
if word is not None:
    define(word)
say_if_probabilities(found.comparison.reference)
show_claims(claims)
st.caption(
    "The words in quotation marks are those of the LiteRT tutorial "
    f"[*Post-training float16 quantization*]({TUTORIAL_URL}). Each verdict follows from the number beside it by a "
    "stated rule."
)
show_numbers(found.comparison)
with st.expander("Sizes and accuracies as charts", icon=":material/bar_chart:"):
    show_charts(found.comparison, account)
st.header("Words", anchor="words")
show_glossary()
