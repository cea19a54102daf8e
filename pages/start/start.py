"""Start: the answer, the one image that float16 changed, and a canvas to draw on at once."""

import streamlit as st

from fp16core.claims.answer import RULE, answer
from fp16core.tflite.size_account import size_account
from pages.shared.digit.image_card import link_to_image
from pages.shared.digit.live import draw_and_read
from pages.shared.frame import casting
from pages.shared.frame.page_list import TOUR
from pages.shared.session import state
from pages.shared.ui.terms import hint
from pages.shared.ui.words import say_if_probabilities
from pages.start.closest import show_closest
from pages.start.sizes import LOOK, show_sizes

with state.explained():
    found = state.results()
    account = size_account(*state.ledgers())
    comparison = found.comparison
    verdict = answer(comparison, casting.active_casting())
    casting.say_if_out_of_range(comparison)

st.html(LOOK)
with st.container(key="start-top", horizontal=True):
    with st.container(key="start-answer"):
        st.markdown(f"**{verdict.sentence}** {verdict.counts}", help=f"{verdict.remark} {RULE} {hint('95 % interval')}")
    st.page_link(TOUR[0].file, label="Start the tour", icon=":material/arrow_forward:", width="content")
say_if_probabilities(comparison.reference)

with st.container(key="start-evidence", horizontal=True):
    show_sizes(account)
    with st.container():
        index = comparison.changed_or_closest_image
        show_closest(found.images, comparison, index)
        link_to_image(index)
draw_and_read()
