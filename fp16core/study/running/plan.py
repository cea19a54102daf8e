"""The trainings of a study: every combination of the settings asked for."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from fp16core.training.recipe import LIMITS, Recipe
from fp16core.vocabulary import RecipeError

MOST_TRAININGS = 100_000
"""Largest number of trainings of one command; Dask's scheduler holds each of them in memory."""

VARIED = ("seed", "epochs", "filters", "kernel_size", "batch_size", "learning_rate", "optimizer")
"""Settings that a study can vary, slowest first: all recipes of one seed come before the next seed."""


def parse_values(setting: str, text: str) -> tuple[Any, ...]:
    """Values of a setting from a list such as ``1,3,5``, ``0-199`` or ``0-9,20``.

    Raises
    ------
    RecipeError
        If a value is not of the setting's kind or outside its limits, or appears twice.
    """
    if setting == "optimizer":
        values: list[Any] = [part.strip() for part in text.split(",")]
    else:
        values = [value for part in text.split(",") for value in _values_of(setting, part.strip())]
    for value in values:
        Recipe(**{setting: value})  # raises for a value outside its limits
    if twice := [value for place, value in enumerate(values) if value in values[:place]] if len(values) < 1000 else []:
        raise RecipeError(f"{_plural(setting)} names {twice[0]} twice; name each value once.")
    return tuple(dict.fromkeys(values))


def combinations(values: Mapping[str, Sequence[Any]]) -> list[Recipe]:
    """All combinations of the values of some settings; the other settings are the tutorial's.

    Parameters
    ----------
    values
        Values by setting, of `VARIED`.

    Raises
    ------
    RecipeError
        If there are more than `MOST_TRAININGS`.
    """
    named = [setting for setting in VARIED if setting in values]
    count = 1
    for setting in named:
        count *= len(values[setting])
    if count > MOST_TRAININGS:
        raise RecipeError(
            f"these settings have {count:,} combinations; a study takes at most {MOST_TRAININGS:,} at once."
        )
    return [
        Recipe(**dict(zip(named, chosen, strict=True)))
        for chosen in itertools.product(*(values[setting] for setting in named))
    ]


def _values_of(setting: str, part: str) -> Sequence[Any]:
    """Values of one part of a list: a number, or for settings that are whole numbers a range."""
    low, high = LIMITS[setting]
    try:
        if setting == "learning_rate":
            return [float(part)]
        first, dash, last = part.partition("-")
        start, stop = int(first), int(last if dash else first)
    except ValueError:
        kind = "a number" if setting == "learning_rate" else "a whole number, nor a range such as 0-199"
        raise RecipeError(f"{_plural(setting)} has {part!r}, which is not {kind}.") from None
    if not low <= start <= stop <= high:
        raise RecipeError(f"{_plural(setting)} has {part!r}; expected {low:,} to {high:,}, the smaller one first.")
    if stop - start >= MOST_TRAININGS:
        raise RecipeError(
            f"{_plural(setting)} has {part!r}, more than {MOST_TRAININGS:,} values; choose a shorter range."
        )
    return range(start, stop + 1)


def _plural(setting: str) -> str:
    return "--seeds" if setting == "seed" else f"--{setting.replace('_', '-')}"
