"""Train: a run to watch, from its recipe to the comparison with the bundled pair."""

import streamlit as st

from fp16core.training.recipe import LIMITS, OPTIMIZERS, TUTORIAL, Recipe
from fp16core.worker.training.settings import has_tensorflow, training_settings
from pages.shared.session import state, training
from pages.train import view

_PAGE_EPOCHS = 50
"""As many as anyone wants to watch; the command line takes more."""

_KEYS = {
    "epochs": "train-epochs",
    "seed": "train-seed",
    "batch_size": "train-batch",
    "learning_rate": "train-rate",
    "filters": "train-filters",
    "kernel_size": "train-kernel",
    "optimizer": "train-optimizer",
}


def tutorials_values() -> None:
    """Set every field to the tutorial's value."""
    for setting, key in _KEYS.items():
        st.session_state[key] = getattr(TUTORIAL, setting)


def whole_number(setting: str, label: str, hint: str, high: int | None = None) -> int:
    """Show a field for one of the recipe's whole numbers."""
    low, highest = LIMITS[setting]
    return int(
        st.number_input(
            label,
            int(low),
            int(highest if high is None else high),
            getattr(TUTORIAL, setting),
            key=_KEYS[setting],
            bind="query-params",
            help=hint,
        )
    )


def ask_for_recipe() -> Recipe:
    """Show the fields of the recipe, and return it."""
    first = st.container(key="headline-recipe-1").columns(4)
    second = st.container(key="headline-recipe-2").columns(4, vertical_alignment="bottom")
    with first[0]:
        epochs = whole_number("epochs", "Epochs", "Number of times that each training image is used.", _PAGE_EPOCHS)
    with first[1]:
        batch_size = whole_number("batch_size", "Batch size", "Images for each step of the optimiser.")
    optimizer = first[2].selectbox(
        "Optimiser",
        OPTIMIZERS,
        OPTIMIZERS.index(TUTORIAL.optimizer),
        key=_KEYS["optimizer"],
        bind="query-params",
        help="The rule by which the weights follow the gradient, by its name in Keras.",
    )
    learning_rate = first[3].number_input(
        "Learning rate",
        0.0,
        1e6,  # wider than a recipe takes, so that a sentence says what it takes
        TUTORIAL.learning_rate,
        step=0.0005,
        format="%g",
        key=_KEYS["learning_rate"],
        bind="query-params",
        help="Length of each step. If it is too long, the loss grows instead of falling.",
    )
    with second[0]:
        filters = whole_number("filters", "Filters", "Kernels of the convolution: patterns it looks for.")
    with second[1]:
        kernel_size = whole_number("kernel_size", "Kernel size", "Height and width of each kernel, in pixels.")
    with second[2]:
        seed = whole_number(
            "seed", "Seed", "Fixes the first weights and the order of the images: the same seed gives the same model."
        )
    second[3].button("The tutorial's values", icon=":material/restart_alt:", on_click=tutorials_values, width="stretch")
    return Recipe(epochs, seed, batch_size, learning_rate, filters, kernel_size, optimizer)


with state.explained():
    settings = training_settings()
st.markdown(
    "A separate process trains the tutorial's network with this recipe. After each epoch it converts the network to "
    "float32 and float16 and lets both read every test image."
)
with st.container(border=True, key="recipe"):
    with state.explained():
        recipe = ask_for_recipe()
    if not settings.is_on:
        view.explain_off(recipe)
    elif not has_tensorflow():
        view.explain_missing(recipe)
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
            if st.button("Train", type="primary", icon=":material/play_arrow:", disabled=not usable):
                with state.explained():
                    training.submit(recipe, dataset, is_private=not keeps)
                    st.rerun()
            st.caption(view.request_words(recipe, dataset))
        view.command(recipe, dataset)

if settings.is_on and has_tensorflow():
    view.show()
