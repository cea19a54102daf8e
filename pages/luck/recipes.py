"""Effect of float16 by recipe, and by the path to float16."""

from functools import partial

import streamlit as st

from fp16core.figures import study as figures
from fp16core.study.columns import effect_columns, recipe_columns
from pages.luck.choice import Choice
from pages.shared.ui.charts import chart
from pages.shared.ui.folds import fold_on_demand
from pages.shared.ui.tables import show_table


def show(chosen: Choice) -> None:
    """Show both in folds."""
    if len(chosen.groups) > 1:
        fold = fold_on_demand("Longer training, wider networks", ":material/tune:", "luck-recipes")
        if fold.open:
            with fold:
                _by_recipe(chosen)
    fold = fold_on_demand("Converter, quantizer, arithmetic", ":material/compare_arrows:", "luck-kinds")
    if fold.open:
        with fold:
            show_table(effect_columns(chosen.summary, chosen.margin), height="content")
            st.caption(
                "Weights by TensorFlow’s converter and by LiteRT Quantizer, on all test images; arithmetic in float16, "
                "emulated with the former’s weights on the first test images. Rates have exact 95 % intervals, mean "
                "changes 90 % intervals, which lie within the margin exactly where the test says so."
            )


def _by_recipe(chosen: Choice) -> None:
    groups = [chosen.summary_of(recipe) for recipe in chosen.groups]
    chart(
        partial(figures.rates_by_recipe, groups, chosen.kind),
        "rates-by-recipe",
        "Changed answers per million by recipe, with 95 % intervals",
    )
    show_table(recipe_columns(groups), height="content")
