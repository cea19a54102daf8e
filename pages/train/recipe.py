"""The fields of the recipe: those that one changes often, and the rest in a fold."""

from dataclasses import replace

import streamlit as st

from fp16core.training.recipe import GOOD, LIMITS, NETWORKS, OPTIMIZERS, TUTORIAL, TUTORIALS, USUAL, Recipe
from pages.shared.ui.terms import hint

DEFAULT = replace(TUTORIAL, seed=1)
"""The tutorial's recipe with another seed than the bundled pair's, which it would otherwise repeat."""

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
    "network": "train-network",
}

_NETWORK_WORDS = {TUTORIALS: "the tutorial's", GOOD: "a good one"}

_GOOD_WORDS = (
    "The good network has two convolutions, padded so that their outputs are as large as their inputs; the second has "
    "twice as many filters. It learns from images that are shifted, rotated, slanted and stretched, with bolder or "
    "thinner strokes, leaves out a quarter of the pooled values at random (dropout), and takes ever smaller steps."
)

_OFTEN = ("epochs", "seed")
"""Settings outside of the fold."""


def ask() -> Recipe:
    """Show the fields, and return the recipe; raises `RecipeError` if no recipe takes a value."""
    row = st.container(key="headline-recipe-1").columns(4, vertical_alignment="bottom")
    with row[0]:
        epochs = _whole_number("epochs", "Epochs", "Number of times that each training image is used.", _PAGE_EPOCHS)
    with row[1]:
        seed = _whole_number(
            "seed",
            "Seed",
            hint("seed", more=f"The bundled pair has {TUTORIAL.seed}."),
        )
    for column, label, network in ((2, "The tutorial's values", TUTORIALS), (3, "A good network", GOOD)):
        row[column].button(
            label, icon=":material/restart_alt:", on_click=_usual_values, args=(network,), width="stretch"
        )
    asked = [setting for setting, key in _KEYS.items() if setting not in _OFTEN and key in st.query_params]
    st.session_state.setdefault("train-fold-recipe", bool(asked))
    with st.expander("Network and optimizer", icon=":material/tune:", key="train-fold-recipe", on_change="rerun"):
        batch_size, learning_rate, filters, kernel_size, optimizer, network = _further()
    return Recipe(epochs, seed, batch_size, learning_rate, filters, kernel_size, optimizer, network)


def _further() -> tuple[int, float, int, int, str, str]:
    network = st.radio(
        "Network",
        NETWORKS,
        NETWORKS.index(DEFAULT.network),
        format_func=_NETWORK_WORDS.get,
        key=_KEYS["network"],
        bind="query-params",
        horizontal=True,
        help=_GOOD_WORDS,
    )
    row = st.container(key="headline-recipe-2").columns(5)
    with row[0]:
        batch_size = _whole_number("batch_size", "Batch size", hint("batch"))
    learning_rate = row[1].number_input(
        "Learning rate",
        0.0,
        1e6,  # wider than a recipe takes, so that a sentence says what it takes
        DEFAULT.learning_rate,
        step=0.0005,
        format="%g",
        key=_KEYS["learning_rate"],
        bind="query-params",
        help=hint("learning rate", "loss", more="From {:f} to {:g}.".format(*LIMITS["learning_rate"])),
    )
    with row[2]:
        filters = _whole_number("filters", "Filters", hint("kernel", more="Each looks for one pattern."))
    with row[3]:
        kernel_size = _whole_number("kernel_size", "Kernel size", "Height and width of each kernel, in pixels.")
    optimizer = row[4].selectbox(
        "Optimizer",
        OPTIMIZERS,
        OPTIMIZERS.index(DEFAULT.optimizer),
        key=_KEYS["optimizer"],
        bind="query-params",
        help=hint("optimizer", "gradient"),
    )
    return batch_size, learning_rate, filters, kernel_size, optimizer, network


def _usual_values(network: str) -> None:
    """Set every field to a network's usual value, but the seed, which the tutorial leaves to chance, to the page's."""
    for setting, key in _KEYS.items():
        st.session_state[key] = getattr(replace(USUAL[network], seed=DEFAULT.seed), setting)


def _whole_number(setting: str, label: str, words: str, high: int | None = None) -> int:
    """Show a field for one of the recipe's whole numbers; its help ends with the allowed ones."""
    low, highest = LIMITS[setting]
    most = highest if high is None else high
    return int(
        st.number_input(
            label,
            int(low),
            int(most),
            getattr(DEFAULT, setting),
            key=_KEYS[setting],
            bind="query-params",
            help=f"{words} From {low:,} to {most:,}.",
        )
    )
