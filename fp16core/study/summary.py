"""Everything that the rows of a study say together, for all of them and for each recipe."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fp16core.study.rows.results import Effect, Results
from fp16core.study.rows.row import DatasetFacts, Row
from fp16core.study.statistics import (
    FEWEST_PAIRS,
    MARGIN,
    Equivalence,
    Interval,
    dispersion_p_value,
    paired_equivalence,
    poisson_rate,
    spread_ratio,
)
from fp16core.training.recipe import Recipe

CONVERTER, QUANTIZER = "TensorFlow's converter", "LiteRT Quantizer"
"""Names of both paths to float16 weights."""

_MILLION = 1e6


@dataclass(frozen=True)
class EffectSummary:
    """Effect of float16 over many trainings.

    Attributes
    ----------
    kind
        Path to float16 weights, or way of float16 arithmetic.
    trainings, answers
        Numbers of trainings, and of answers in all of them.
    changed
        Answers that float16 changed.
    changed_per_million
        Their rate with its exact 95 % interval.
    dispersion_p_value
        Test that they do not come in clusters; see `fp16core.study.statistics.dispersion_p_value`.
    trainings_with_changes
        Trainings with at least one changed answer.
    largest_accuracy_delta
        The accuracy delta of largest magnitude.
    equivalence
        Test that the mean accuracy delta lies within the margin; `None` for a single training.
    max_abs_logit_delta, least_flip_factor, least_snr_db
        Extremes over all trainings; a measurement that is not a number counts as worst.
    proven_share
        Share of all answers that no such rounding errors can change; `None` where that was not computed.
    """

    kind: str
    trainings: int
    answers: int
    changed: int
    changed_per_million: Interval
    dispersion_p_value: float
    trainings_with_changes: int
    largest_accuracy_delta: float
    equivalence: Equivalence | None
    max_abs_logit_delta: float
    least_flip_factor: float
    least_snr_db: float
    proven_share: float | None


@dataclass(frozen=True)
class GroupSummary:
    """Trainings of one recipe that differ in their seeds only, or all trainings of a study.

    Attributes
    ----------
    recipe
        The recipe, with the smallest of the seeds; `None` for trainings that differ in more than their seeds.
    dataset
        Their data set; `None` for trainings on several.
    accuracy_mean, accuracy_sd
        Mean and standard deviation of the float32 files' accuracy; the latter is NaN for a single training.
    accuracy_range
        Smallest and largest.
    effects
        By kind: both paths to float16 weights, then the ways of float16 arithmetic.
    effect_share
        Size of the converter's accuracy deltas as a share of the scatter between seeds, with its 95 % interval; `None`
        with fewer than `FEWEST_PAIRS` trainings, or for trainings that differ in more than their seeds.
    """

    recipe: Recipe | None
    dataset: DatasetFacts | None
    accuracy_mean: float
    accuracy_sd: float
    accuracy_range: tuple[float, float]
    effects: Mapping[str, EffectSummary]
    effect_share: Interval | None

    @property
    def trainings(self) -> int:
        """Number of trainings."""
        return self.effects[CONVERTER].trainings


def summarise(rows: Sequence[Row], margin: float = MARGIN) -> GroupSummary:
    """Summary of trained rows, at least one; ``margin`` is the difference of accuracies that counts as none."""
    results = [row.results for row in rows if row.results is not None]
    accuracies = np.array([found.reference_accuracy for found in results])
    recipes = {replace(row.recipe, seed=0) for row in rows}
    datasets = {row.dataset.sha256 for row in rows}
    same = len(recipes) == len(datasets) == 1
    deltas = [found.converter.accuracy_delta for found in results]
    comparable = same and len(results) >= FEWEST_PAIRS and np.ptp(accuracies) > 0
    return GroupSummary(
        recipe=min((row.recipe for row in rows), key=lambda recipe: recipe.seed) if same else None,
        dataset=rows[0].dataset if len(datasets) == 1 else None,
        accuracy_mean=float(accuracies.mean()),
        accuracy_sd=float(accuracies.std(ddof=1)) if len(results) > 1 else math.nan,
        accuracy_range=(float(accuracies.min()), float(accuracies.max())),
        effects={
            kind: _effect_summary(kind, [of(found) for found in results], margin)
            for kind, of in _kinds(results).items()
        },
        effect_share=spread_ratio(deltas, accuracies) if comparable else None,
    )


def most_changed_images(rows: Sequence[Row], count: int = 10) -> list[tuple[int, int]]:
    """Test images whose answer TensorFlow's float16 files change most often, each with the number of trainings."""
    times = Counter(change.image for row in rows if row.results for change in row.results.converter.changed)
    return sorted(times.items(), key=lambda item: (-item[1], item[0]))[:count]


def _kinds(results: Sequence[Results]) -> dict[str, Callable[[Results], Effect]]:
    """Function for each kind that all results have."""
    kinds: dict[str, Callable[[Results], Effect]] = {
        CONVERTER: lambda found: found.converter,
        QUANTIZER: lambda found: found.quantizer,
    }
    ways = [way for way in results[0].arithmetic if all(way in found.arithmetic for found in results)]
    return kinds | {way: lambda found, way=way: found.arithmetic[way] for way in ways}


def _effect_summary(kind: str, effects: Sequence[Effect], margin: float) -> EffectSummary:
    counts = [len(effect.changed) for effect in effects]
    answers = sum(effect.images for effect in effects)
    deltas = [effect.accuracy_delta for effect in effects]
    proven = [effect.proven_images for effect in effects if effect.proven_images is not None]
    return EffectSummary(
        kind=kind,
        trainings=len(effects),
        answers=answers,
        changed=sum(counts),
        changed_per_million=poisson_rate(sum(counts), answers / _MILLION),
        dispersion_p_value=dispersion_p_value(counts),
        trainings_with_changes=sum(count > 0 for count in counts),
        largest_accuracy_delta=max(deltas, key=abs),
        equivalence=paired_equivalence(deltas, margin) if len(deltas) > 1 else None,
        max_abs_logit_delta=_worst(max, [effect.max_abs_logit_delta for effect in effects]),
        least_flip_factor=_worst(min, [effect.least_flip_factor for effect in effects]),
        least_snr_db=_worst(min, [effect.snr_db for effect in effects]),
        proven_share=sum(proven) / answers if len(proven) == len(effects) else None,
    )


def _worst(extreme: Callable[[Sequence[float]], float], values: Sequence[float]) -> float:
    return math.nan if any(math.isnan(value) for value in values) else extreme(values)
