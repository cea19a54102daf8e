"""A study in words and tables."""

import math
from collections.abc import Sequence

from fp16core.study.measure import STUDIED_WAYS
from fp16core.study.row import Ending
from fp16core.study.rows_file import Study
from fp16core.study.statistics import SIGNIFICANCE, Interval
from fp16core.study.summary import CONVERTER, EffectSummary, GroupSummary, by_recipe, most_changed_images, summarise
from fp16core.terminal import Table, new_table
from fp16core.text import (
    count_text,
    decibels_text,
    factor_text,
    percent_text,
    points_text,
    small_text,
)
from fp16core.training.recipe import Recipe
from fp16core.training.recipe_text import named_setting_text

_SHORT = dict(zip(STUDIED_WAYS, ("arithmetic, float32 sums", "arithmetic, fused", "arithmetic, in fours"), strict=True))
"""Headings of columns for ways of float16 arithmetic."""


def answer_text(group: GroupSummary) -> str:
    """Answer of trainings that differ in their seeds: "In 200 trainings float16 changed 31 of 2,000,000 answers; …"."""
    effect = group.effects[CONVERTER]
    words = (
        f"In {count_text(group.trainings, 'training')} float16 changed {effect.changed:,} of {effect.answers:,} "
        f"answers; the accuracy never moved by more than {_points(effect.largest_accuracy_delta)}"
    )
    if math.isnan(group.accuracy_sd) or group.recipe is None:
        return f"{words}."
    return f"{words}, and the seed moves it by {_points(group.accuracy_sd)} (standard deviation)."


def study_remarks(study: Study) -> list[str]:
    """Remarks on the rows: how many there are of each kind, and what is to be known about them."""
    counts = ", ".join(f"{study.ended(ending):,} {ending.value}" for ending in Ending if study.ended(ending))
    remarks = [f"{study.name}: {count_text(len(study.rows), 'row')}{f' ({counts})' if counts else ''}."]
    if study.cut_off_bytes:
        remarks.append("The last line is unfinished and counts for nothing: the study is being written, or was killed.")
    if len(study.processors) > 1:
        remarks.append(
            f"The study mixes {len(study.processors)} kinds of processors ({', '.join(study.processors)}): the same "
            "seed gives the same files only on processors of one kind."
        )
    datasets = {row.dataset.sha256: row.dataset.name for row in study.rows}
    if len(datasets) > 1:
        remarks.append(f"The study mixes {len(datasets)} data sets: {', '.join(sorted(datasets.values()))}.")
    remarks += [
        f"Failed: {recipe_words(row.recipe)}: {row.error}" for row in study.rows if row.ending is Ending.FAILED
    ][:5]
    return remarks


def study_tables(study: Study, margin: float) -> list[Table]:
    """Tables of a study: the effect of float16 by kind, by recipe, and the images that it changes most often."""
    rows = study.trained
    if not rows:
        return []
    groups = [summarise(group, margin) for group in by_recipe(rows)]
    tables = [effect_table(groups[0], margin)]
    if len(groups) > 1:
        tables += [effect_table(summarise(rows, margin), margin), recipe_table(groups)]
    if often := most_changed_images(rows):
        images = new_table("test images whose answer float16 changes most often", "image", "trainings")
        for image, times in often:
            images.add_row(f"{image:,}", f"{times:,}")
        tables.append(images)
    return tables


def effect_table(group: GroupSummary, margin: float) -> Table:
    """Effect of float16, a column for each kind; rates have their exact 95 % interval, mean deltas their 90 % one."""
    title = "all recipes" if group.recipe is None else recipe_words(group.recipe)
    scatter = "" if math.isnan(group.accuracy_sd) else f", standard deviation {_points(group.accuracy_sd)}"
    table = new_table(
        f"{title}: {count_text(group.trainings, 'training')}, accuracy {percent_text(group.accuracy_mean)}{scatter}",
        "float16 by",
        *(_SHORT.get(kind, kind) for kind in group.effects),
    )
    for name, text in (
        ("answers", lambda effect: f"{effect.answers:,}"),
        ("changed", lambda effect: f"{effect.changed:,}"),
        ("per million", _rate_text),
        ("trainings with changes", lambda effect: f"{effect.trainings_with_changes:,}"),
        ("largest accuracy change", lambda effect: points_text(effect.largest_accuracy_delta)),
        ("mean, in points", _mean_text),
        (f"mean within ±{margin * 100:g} points", _test_text),
        ("largest logit change", lambda effect: small_text(effect.max_abs_logit_delta)),
        ("least flip factor", lambda effect: factor_text(effect.least_flip_factor)),
        ("least SNR", lambda effect: decibels_text(effect.least_snr_db)),
        ("proven", _proven_text),
    ):
        table.add_row(name, *(text(effect) for effect in group.effects.values()))
    if group.effect_share is not None:
        table.add_section()
        table.add_row(
            "seed's effect over float16's", _inverse_text(group.effect_share), *[""] * (len(group.effects) - 1)
        )
    return table


def recipe_table(groups: Sequence[GroupSummary]) -> Table:
    """Both scatters by recipe."""
    table = new_table(
        "by recipe",
        "recipe",
        "trainings",
        "accuracy",
        "standard deviation",
        "changed",
        "per million",
        "largest accuracy change",
        "largest logit change",
        "proven",
    )
    for group in groups:
        effect = group.effects[CONVERTER]
        table.add_row(
            recipe_words(group.recipe or Recipe()),
            f"{group.trainings:,}",
            percent_text(group.accuracy_mean),
            _points(group.accuracy_sd),
            f"{effect.changed:,}",
            interval_text(effect.changed_per_million),
            points_text(effect.largest_accuracy_delta),
            small_text(effect.max_abs_logit_delta),
            _proven_text(effect),
        )
    return table


def recipe_words(recipe: Recipe) -> str:
    """A recipe without its seed: ``1 epoch``, ``3 epochs, 4 filters``."""
    usual = Recipe()
    settings = ("epochs", "filters", "kernel_size", "batch_size", "learning_rate", "optimizer")
    varied = [name for name in settings if name == "epochs" or getattr(recipe, name) != getattr(usual, name)]
    return ", ".join(named_setting_text(name, recipe) for name in varied)


def interval_text(interval: Interval) -> str:
    """An estimate with its limits: ``15.5 (10.5 to 22)``."""
    return f"{_three(interval.value)} ({_three(interval.low)} to {_three(interval.high)})"


def _three(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _rate_text(effect: EffectSummary) -> str:
    clustered = ", clustered" if effect.dispersion_p_value < SIGNIFICANCE else ""
    return interval_text(effect.changed_per_million) + clustered


def _mean_text(effect: EffectSummary) -> str:
    test = effect.equivalence
    return "" if test is None else f"{_fine(test.mean.value)} ({_fine(test.mean.low)} to {_fine(test.mean.high)})"


def _test_text(effect: EffectSummary) -> str:
    test = effect.equivalence
    return "" if test is None else f"{'yes' if test.holds else 'not shown'} (p = {test.p_value:.2g})"


def _proven_text(effect: EffectSummary) -> str:
    return "" if effect.proven_share is None else percent_text(effect.proven_share)


def _points(share: float) -> str:
    """A size in percentage points, without a sign."""
    return "–" if math.isnan(share) else f"{abs(share) * 100:.2f} points"


def _fine(share: float) -> str:
    """A mean accuracy change in points, with the digits that a mean of hundreds has."""
    return f"{share * 100:+.4f}".replace("-", "−")


def _inverse_text(share: Interval) -> str:
    first, low, high = (math.inf if value == 0 else 1 / value for value in (share.value, share.high, share.low))
    return f"{first:.3g} ({low:.3g} to {high:.3g})".replace("inf", "∞")
