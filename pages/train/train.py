"""Train: a run to watch, from its recipe to the comparison with the bundled pair; below it, all kept runs."""

import streamlit as st

from fp16core.worker.training.settings import has_tensorflow, training_settings
from pages.shared.session import state, training
from pages.train import kept, recipe, view

with state.explained():
    settings = training_settings()
    found = kept.found()
st.markdown(found.answer)
with st.container(border=True, key="recipe"):
    with state.explained():
        wanted = recipe.ask()
    if not settings.is_on:
        view.explain_off(wanted)
    elif not has_tensorflow():
        view.explain_missing(wanted)
    else:
        keeps, dataset = True, view.own_dataset()
        if dataset is not None:
            keeps = st.toggle(
                "Keep the trained models on the server, where every visitor can use them",
                key="train-keep",
                help="Only the models, with the number and the SHA-256 of your images; the images stay with you in any "
                "case. If off, the models are visible to you alone and are deleted when you leave.",
            )
        with st.container(horizontal=True, vertical_alignment="center"):
            usable = dataset is None or dataset.has_training
            is_busy = training.is_in_progress()
            if st.button("Train", type="primary", icon=":material/play_arrow:", disabled=not usable or is_busy):
                with state.explained():
                    training.submit(wanted, dataset, is_private=not keeps)
                    st.rerun()
            st.caption(view.BUSY if is_busy else view.request_words(wanted, dataset))
        view.command(wanted, dataset)

if settings.is_on and has_tensorflow():
    view.show()
kept.show(found)
