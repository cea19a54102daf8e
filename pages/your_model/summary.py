"""The page's answer: whether float16 is safe for the visitor's model, and the numbers behind it."""

import streamlit as st

from fp16core.claims.answer import RULE, answer
from pages.shared.frame import casting
from pages.shared.session import diagnoses, files, state, trials
from pages.shared.session.pair_numbers import show_numbers
from pages.shared.session.subject import subject
from pages.shared.ui.terms import hint
from pages.shared.ui.words import plain


def show_summary() -> None:
    """Show the answer and the numbers of the visitor's pair; without one, what it takes to get them."""
    pair = files.files().pair
    if pair is None:
        if diagnoses.kept() is None:
            st.markdown(
                "**Upload a model, and this page answers**: it is diagnosed in a process of its own, operator by "
                "operator, and cured if it breaks. A network that reads digits of 28 × 28 pixels is also compared on "
                "test images, and shown on every page."
            )
        return
    st.header(f"The answer for {plain(pair.name)}", anchor="summary")
    if not subject().own_pair:
        st.markdown("You are looking at another pair at present.")
        st.button(
            "Show mine on all pages",
            icon=":material/visibility:",
            key="own-show",
            on_click=files.choose_pair,
            args=(files.files().pair_name,),
        )
        return
    with state.explained():
        found = state.results()
        comparison = found.comparison
        said = casting.say_first(comparison)
        verdict = answer(comparison, casting.active_casting())
    st.markdown(
        f"**{verdict.safety_sentence}** {verdict.counts} All pages now show this pair, to you alone.",
        help=f"{verdict.remark} {RULE} {hint('95 % interval')}",
    )
    show_numbers(comparison)
    if remarks := [remark for remark in trials.remarks() if remark not in said]:
        st.markdown("**Worth knowing**\n\n" + "\n".join(f"- {plain(remark)}" for remark in remarks))
    links = st.container(horizontal=True)
    for page, label in (
        ("claims/claims.py", "The tutorial’s claims, checked on it"),
        ("size/size.py", "Size and speed, with advice"),
        ("digits/digits.py", "Image by image"),
    ):
        links.page_link(page, label=label, icon=":material/arrow_forward:")
