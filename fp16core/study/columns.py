"""Summaries of a study as columns of a table."""

import math
from collections.abc import Sequence

from fp16core.study.rows.row import DatasetFacts
from fp16core.study.statistics import SIGNIFICANCE, Interval
from fp16core.study.summary import CONVERTER, EffectSummary, GroupSummary
from fp16core.text import decibels_text, factor_text, percent_text, points_text, signed_text, small_text
from fp16core.training.recipe import Recipe
from fp16core.training.recipe_text import SETTINGS, named_setting_text


def effect_columns(group: GroupSummary, margin: float) -> dict[str, list[str]]:
    """Effect of float16 in columns; a row for each kind."""
    effects = list(group.effects.values())
    return {
        "float16 by": list(group.effects),
        "answers": [f"{effect.answers:,}" for effect in effects],
        "changed": [f"{effect.changed:,}" for effect in effects],
        "per million": [_rate_text(effect) for effect in effects],
        "trainings with changes": [f"{effect.trainings_with_changes:,}" for effect in effects],
        "largest accuracy change": [points_text(effect.largest_accuracy_delta) for effect in effects],
        "mean, in points": [_mean_text(effect) for effect in effects],
        f"mean within ±{margin * 100:g} points": [_test_text(effect) for effect in effects],
        "largest logit change": [small_text(effect.max_abs_logit_delta) for effect in effects],
        "least flip factor": [factor_text(effect.least_flip_factor) for effect in effects],
        "least SNR": [decibels_text(effect.least_snr_db) for effect in effects],
        "proven": [_proven_text(effect) for effect in effects],
    }


def recipe_columns(groups: Sequence[GroupSummary]) -> dict[str, list[str]]:
    """Both scatters by recipe; the effect of float16 is that of TensorFlow's converter."""
    effects = [group.effects[CONVERTER] for group in groups]
    return {
        "recipe": group_names(groups),
        "trainings": [f"{group.trainings:,}" for group in groups],
        "accuracy": [percent_text(group.accuracy_mean) for group in groups],
        "standard deviation": [size_in_points(group.accuracy_sd) for group in groups],
        "changed": [f"{effect.changed:,}" for effect in effects],
        "per million": [interval_text(effect.changed_per_million) for effect in effects],
        "largest accuracy change": [points_text(effect.largest_accuracy_delta) for effect in effects],
        "largest logit change": [small_text(effect.max_abs_logit_delta) for effect in effects],
        "proven": [_proven_text(effect) for effect in effects],
    }


def group_names(groups: Sequence[GroupSummary]) -> list[str]:
    """Recipes of groups; where the groups have several data sets, each with its own."""
    several = len({group.dataset.sha256 for group in groups if group.dataset is not None}) > 1
    return [
        "all" if group.recipe is None or group.dataset is None else group_name(group.recipe, group.dataset, several)
        for group in groups
    ]


def group_name(recipe: Recipe, dataset: DatasetFacts, with_dataset: bool) -> str:
    """A recipe without its seed, and its data set where that is needed: ``1 epoch, MNIST, 06b0d1f1``."""
    return recipe_words(recipe) + (f", {dataset.name}, {dataset.sha256[:8]}" if with_dataset else "")


def recipe_words(recipe: Recipe) -> str:
    """A recipe without its seed: ``1 epoch``, ``3 epochs, 4 filters``."""
    usual = Recipe()
    varied = [name for name in SETTINGS if name == "epochs" or getattr(recipe, name) != getattr(usual, name)]
    return ", ".join(named_setting_text(name, recipe) for name in varied if name != "seed")


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
    return "" if test is None else f"{'yes' if test.holds else 'not shown'} (p {p_text(test.p_value, '= ')})"


def p_text(p_value: float, equals: str = "") -> str:
    """A p-value: ``0.021``, or ``< 0.001``; ``equals`` stands before one that is not that small."""
    return "< 0.001" if p_value < 0.001 else f"{equals}{p_value:.2g}"


def _proven_text(effect: EffectSummary) -> str:
    return "" if effect.proven_share is None else percent_text(effect.proven_share)


def size_in_points(share: float) -> str:
    """A size in percentage points, without a sign."""
    return "–" if math.isnan(share) else f"{abs(share) * 100:.2f} points"


def _fine(share: float) -> str:
    """A mean accuracy change in points, with the digits that a mean of hundreds has."""
    return signed_text(share * 100, ".4f")


def inverse_text(share: Interval) -> str:
    """The inverse of a share with its limits: ``129 (84.5 to 195)``."""
    first, low, high = (math.inf if value == 0 else 1 / value for value in (share.value, share.high, share.low))
    return f"{first:.3g} ({low:.3g} to {high:.3g})".replace("inf", "∞")
