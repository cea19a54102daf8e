"""Claims of the tutorial about one training, judged over all trainings of its recipe."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from fp16core.claims.claims import NO_DIFFERENCE, TRAINED_ACCURACY
from fp16core.claims.evidence import ClaimCheck, graded
from fp16core.data.mnist import SHA256
from fp16core.study.rows.row import BUNDLED_DIGEST, Row, by_recipe
from fp16core.study.statistics import MARGIN
from fp16core.study.summary import CONVERTER, GroupSummary
from fp16core.text import count_text, percent_text
from fp16core.training.recipe import Recipe
from fp16core.vocabulary import RecipeError

FEWEST = 10
"""Trainings below which nothing is said about a distribution."""

_ABOUT = 0.955, 0.965
"""Accuracies that round to 96 %: from the first up to, but not including, the second."""


def rows_like(run: Mapping[str, Any], rows: Sequence[Row]) -> tuple[Row, ...]:
    """Trained rows of a run's recipe, whatever their seeds; none if the run's record has no recipe.

    All of them are on one data set: the bundled MNIST if the run was trained on it, otherwise, of the others, the one
    with the most trainings.

    Parameters
    ----------
    run
        Record of a training run, as in ``run.json``.
    rows
        Rows of a study.
    """
    try:
        recipe = replace(Recipe.from_dict(run["recipe"]), seed=0)
    except (KeyError, TypeError, RecipeError):
        return ()
    found = [row for row in rows if row.results is not None and replace(row.recipe, seed=0) == recipe]
    dataset = run.get("dataset")
    images = dataset.get("test_sha256") if isinstance(dataset, Mapping) else None
    if images is not None:
        found = [row for row in found if (row.dataset.sha256 == BUNDLED_DIGEST) == (images == SHA256["x_test"])]
    return next(iter(by_recipe(found)), ())


def in_distribution(
    claims: Sequence[ClaimCheck], rows: Sequence[Row], summary: GroupSummary | None
) -> tuple[ClaimCheck, ...]:
    """Add a line to the claims on which many trainings of the same recipe have something to say.

    “No difference” holds in distribution if two one-sided t-tests show that the mean difference of the paired
    accuracies lies within ±0.1 percentage points; “~96 %” holds if the mean accuracy rounds to 96 %, and partly if any
    training's does.

    Parameters
    ----------
    claims
        The tutorial's claims.
    rows
        Trained rows of one recipe; with fewer than `FEWEST`, the claims stay as they are.
    summary
        Their summary, with the margin `MARGIN`; `None` if there are none.
    """
    if summary is None or len(rows) < FEWEST:
        return tuple(claims)
    effect, dataset = summary.effects[CONVERTER], rows[0].dataset
    others = "" if dataset.sha256 == BUNDLED_DIGEST else f" on {dataset.name}"
    trainings = count_text(len(rows), "training") + others
    lines = {}
    if (test := effect.equivalence) is not None:
        verdict = graded(test.holds, False).value if test.holds else "not shown"
        lines[NO_DIFFERENCE] = (
            f"in distribution, over {trainings}: {verdict}; {effect.changed:,} of {effect.answers:,} answers changed, "
            f"a mean difference of {MARGIN * 100:g} points or more is {'' if test.holds else 'not '}ruled out"
        )
    near = sum(_ABOUT[0] <= row.results.reference_accuracy < _ABOUT[1] for row in rows if row.results is not None)
    about = graded(_ABOUT[0] <= summary.accuracy_mean < _ABOUT[1], near > 0).value
    low, high = summary.accuracy_range
    lines[TRAINED_ACCURACY] = (
        f"in distribution, over {trainings}: {about}; {percent_text(summary.accuracy_mean)} on average, "
        f"{percent_text(low)} to {percent_text(high)}"
    )
    return tuple(replace(claim, in_distribution=lines.get(claim.topic, "")) for claim in claims)
