"""Headline numbers: rate of changed answers, scatter of the seeds, and the test of equivalence."""

import math

from fp16core.study.columns import interval_text, inverse_text, p_text
from fp16core.study.statistics import SIGNIFICANCE
from fp16core.text import percent_text, points_text
from pages.luck.choice import Choice
from pages.shared.ui.headline import headline, number
from pages.shared.ui.terms import hint


def show(chosen: Choice) -> None:
    """Show the numbers behind the answer."""
    summary = chosen.summary
    effect = summary.effects[chosen.kind]
    row = headline("headline-luck")
    number(
        row,
        "Changed answers per million",
        f"{effect.changed_per_million.value:,.3g}",
        interval_text(effect.changed_per_million).split(" (")[1].removesuffix(")"),
        f"{effect.changed:,} of {effect.answers:,} answers. "
        + hint("Poisson interval")
        + (
            " The changes come in clusters, more in some trainings than chance explains, so the interval is too narrow."
            if effect.dispersion_p_value < SIGNIFICANCE
            else ""
        ),
    )
    number(
        row,
        "Trainings without a change",
        f"{effect.trainings - effect.trainings_with_changes:,}",
        f"of {effect.trainings:,}",
        "Trainings in which float16 changed no answer at all.",
    )
    number(
        row,
        "Accuracy, float32",
        percent_text(summary.accuracy_mean),
        f"{percent_text(summary.accuracy_range[0])} to {percent_text(summary.accuracy_range[1])}",
        "Mean, and the range over all trainings. " + hint("accuracy"),
    )
    if not math.isnan(summary.accuracy_sd):
        number(
            row,
            "Scatter of the accuracy",
            f"{summary.accuracy_sd * 100:.2f}",
            "points, standard deviation",
            "Standard deviation of the accuracy of the chosen trainings, in percentage points.",
        )
    number(
        row,
        "Largest change by float16",
        points_text(effect.largest_accuracy_delta).removesuffix(" points"),
        "points of accuracy, in one training",
        hint("point"),
    )
    if effect.equivalence is not None:
        number(
            row,
            "Equivalence, p-value",
            p_text(effect.equivalence.p_value),
            f"within ±{chosen.margin * 100:g} points: {'shown' if effect.equivalence.holds else 'not shown'}",
            hint("equivalence test", "p-value"),
        )
    if summary.effect_share is not None:
        inverse, limits = inverse_text(summary.effect_share).split(" (")
        number(
            row,
            "Seed’s scatter over float16’s effect",
            f"{inverse} ×",
            limits.removesuffix(")"),
            "Standard deviation of the accuracy over seeds, divided by the root mean square of float16’s changes (by "
            "TensorFlow’s converter), with its 95 % interval. " + hint("bootstrap interval"),
        )
