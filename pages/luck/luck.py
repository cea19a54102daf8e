"""Luck: the effect of float16 over hundreds of trainings, beside that of the seed."""

from functools import partial

import streamlit as st

from fp16core.figures import study as figures
from fp16core.figures.crowd import MOST_POINTS
from pages.luck import images, numbers, own, recipes, views
from pages.luck.choice import choose
from pages.luck.words import answer, provenance, remarks
from pages.shared.session import state
from pages.shared.session.subject import default_name, subject
from pages.shared.ui.charts import chart
from pages.shared.ui.headline import cards

top = st.container()
with state.explained():
    chosen = choose()
with top:
    st.markdown(answer(chosen))
    if subject().name != default_name():
        st.caption("The models in the sidebar play no part here: this page shows the trainings of a study.")
    for remark in remarks(chosen.study):
        st.caption(f":orange[{remark}]")
left, right = cards(2, "cards-luck")
with left:
    st.markdown("**The seed, and float16, on one scale**")
    chart(
        partial(figures.seed_and_float16, chosen.parts, chosen.kind),
        "seed-and-float16",
        "Two strips of points on one axis: each training's accuracy against the mean of its recipe, and its change by "
        "float16",
    )
    st.caption(
        f"{'The bars count trainings' if len(chosen.rows) > MOST_POINTS else 'Each point is a training'}. Above: "
        "accuracy in float32, against the mean of the recipe. Below: the change by float16."
    )
with right:
    views.show(chosen)
numbers.show(chosen)
images.show(chosen)
recipes.show(chosen)
own.show(chosen.study)
st.caption(provenance(chosen.study))
