"""Choice of trainings: one recipe or all, the kind of float16, and the margin of the test."""

from dataclasses import dataclass, field, replace

import streamlit as st

from fp16core.study.columns import group_name
from fp16core.study.rows.file import Study
from fp16core.study.rows.row import Row
from fp16core.study.statistics import MARGIN
from fp16core.study.summary import CONVERTER, QUANTIZER, GroupSummary
from fp16core.training.recipe import TUTORIAL
from pages.shared.session import studies
from pages.shared.session.studies import Rows
from pages.shared.ui.terms import hint

ALL = "All recipes"

_MARGINS = 0.01, 5.0
"""Smallest and largest margin that can be asked for, in percentage points."""

WEIGHTS = (CONVERTER, QUANTIZER)
"""Kinds of float16 that are weights alone; any other is arithmetic as well."""


@dataclass(frozen=True, eq=False)
class Choice:
    """Choice of the visitor: trainings, kind of float16, margin.

    Attributes
    ----------
    study
        The study.
    groups
        All trained rows by recipe, the largest group first.
    recipe
        Words for the recipe, `ALL` for all of them.
    rows, summary
        The chosen trainings and their summary.
    kind
        Kind of float16, a key of the summary's effects.
    margin
        Difference of accuracies that counts as none, as a share of 1.
    """

    study: Study = field(repr=False)
    groups: dict[str, Rows] = field(repr=False)
    recipe: str
    rows: Rows = field(repr=False)
    summary: GroupSummary = field(repr=False)
    kind: str
    margin: float

    @property
    def parts(self) -> tuple[Rows, ...]:
        """The chosen trainings by recipe."""
        return tuple(self.groups.values()) if self.recipe == ALL else (self.rows,)

    def summary_of(self, recipe: str) -> GroupSummary:
        """Summary of a recipe's trainings."""
        return studies.summary(self.study, recipe, self.groups[recipe], self.margin)


def choose() -> Choice:
    """Let the visitor choose; raises `StudyError` if there is no study."""
    found = studies.study()
    kept = studies.groups(found)
    several = len(found.datasets) > 1
    groups = {_name(rows[0], several): rows for rows in kept}
    row = st.container(key="luck-controls", horizontal=True, vertical_alignment="bottom")
    recipes = [*groups, ALL] if len(groups) > 1 else list(groups)
    recipe = row.selectbox(
        "Recipe",
        recipes,
        key="recipe",
        bind="query-params",
        width=300 if several else 230,
        help="Trainings of one recipe differ in their seed only: the initial weights and the order of the images. "
        "The largest group comes first.",
    )
    rows = found.trained if recipe == ALL else groups[recipe]
    margin = (
        row.number_input(
            f"Margin, {_MARGINS[0]:g} to {_MARGINS[1]:g} points",
            *_MARGINS,
            MARGIN * 100,
            0.01,
            key="luck_margin",
            bind="query-params",
            width=230,
            help="Largest change of the accuracy, in percentage points, that you call no difference. "
            + hint("equivalence test"),
        )
        / 100
    )
    summary = studies.summary(found, recipe, rows, margin)
    kind = row.selectbox(
        "float16",
        list(summary.effects),
        key="luck_float16",
        bind="query-params",
        format_func=kind_text,
        width=330,
        help="Weights stored in float16 are computed with in float32; all test images. Arithmetic in float16 is "
        f"emulated, on the first {_emulated(summary)} test images: sums as processors and GPUs form them.",
    )
    return Choice(found, groups, recipe, rows, summary, kind, margin)


def _name(row: Row, with_dataset: bool) -> str:
    """A recipe, whatever its seed, in the list of recipes; of several data sets, with its own."""
    name = group_name(row.recipe, row.dataset, with_dataset)
    return f"{name} (the tutorial’s)" if replace(row.recipe, seed=0) == TUTORIAL else name


def kind_text(kind: str) -> str:
    """A kind of float16 in words."""
    return f"Weights, by {kind}" if kind in WEIGHTS else f"Arithmetic: {kind}"


def _emulated(summary: GroupSummary) -> str:
    effects = [effect for kind, effect in summary.effects.items() if kind not in WEIGHTS]
    return f"{effects[0].answers // effects[0].trainings:,}" if effects else "0"
