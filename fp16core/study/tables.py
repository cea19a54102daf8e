"""A study in words and tables."""

import math
from collections.abc import Sequence

from fp16core.study.columns import (
    effect_columns,
    group_names,
    inverse_text,
    recipe_columns,
    recipe_words,
    size_in_points,
)
from fp16core.study.rows.file import Study
from fp16core.study.rows.row import Ending
from fp16core.study.running.measure import STUDIED_WAYS
from fp16core.study.summary import CONVERTER, GroupSummary, most_changed_images, summarise
from fp16core.terminal import Table, new_table
from fp16core.text import count_text, percent_text

_SHORT = dict(zip(STUDIED_WAYS, ("arithmetic, float32 sums", "arithmetic, fused", "arithmetic, in fours"), strict=True))
"""Headings of columns for ways of float16 arithmetic."""


def answer_text(group: GroupSummary, kind: str = CONVERTER) -> str:
    """Answer of trainings that differ in their seeds: "In 200 trainings float16 changed 31 of 2,000,000 answers; …"."""
    effect = group.effects[kind]
    words = (
        f"In {count_text(group.trainings, 'training')} float16 changed {effect.changed:,} of {effect.answers:,} "
        f"answers; the accuracy never moved by more than {size_in_points(effect.largest_accuracy_delta)}"
    )
    if math.isnan(group.accuracy_sd) or group.recipe is None:
        return f"{words}."
    return f"{words}, and the seed moves it by {size_in_points(group.accuracy_sd)} (standard deviation)."


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
    if len(study.datasets) > 1:
        names = ", ".join(sorted(study.datasets.values()))
        remarks.append(f"The study mixes {len(study.datasets)} data sets: {names}.")
    return remarks + [f"Failed: {recipe_words(row.recipe)}: {row.error}" for row in study.failed[:5]]


def study_tables(study: Study, margin: float) -> list[Table]:
    """Tables of a study: the effect of float16 by kind, by recipe, and the images that it changes most often."""
    rows = study.trained
    if not rows:
        return []
    groups = [summarise(group, margin) for group in study.groups]
    tables = [effect_table(groups[0], margin, group_names(groups)[0])]
    if len(groups) > 1:
        tables += [effect_table(summarise(rows, margin), margin), recipe_table(groups)]
    first, several = rows[0].dataset, len(study.datasets) > 1
    if often := most_changed_images([row for row in rows if row.dataset.sha256 == first.sha256]):
        where = f"test images of {first.name}, {first.sha256[:8]}," if several else "test images"
        images = new_table(f"{where} whose answer float16 changes most often", "image", "trainings")
        for image, times in often:
            images.add_row(f"{image:,}", f"{times:,}")
        tables.append(images)
    return tables


def effect_table(group: GroupSummary, margin: float, name: str = "") -> Table:
    """Effect of float16, a column for each kind; rates have their exact 95 % interval, mean deltas their 90 % one."""
    title = name or ("all recipes" if group.recipe is None else recipe_words(group.recipe))
    scatter = "" if math.isnan(group.accuracy_sd) else f", standard deviation {size_in_points(group.accuracy_sd)}"
    columns = effect_columns(group, margin)
    first, *others = columns
    table = new_table(
        f"{title}: {count_text(group.trainings, 'training')}, accuracy {percent_text(group.accuracy_mean)}{scatter}",
        first,
        *(_SHORT.get(kind, kind) for kind in columns[first]),
    )
    for name in others:
        table.add_row(name, *columns[name])
    if group.effect_share is not None:
        table.add_section()
        table.add_row(
            "seed's effect over float16's", inverse_text(group.effect_share), *[""] * (len(group.effects) - 1)
        )
    return table


def recipe_table(groups: Sequence[GroupSummary]) -> Table:
    """Both scatters by recipe."""
    columns = recipe_columns(groups)
    table = new_table("by recipe", *columns)
    for row in zip(*columns.values(), strict=True):
        table.add_row(*row)
    return table
