"""Figures of many trainings: the effect of the seed beside that of float16."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from fp16core.figures.base.sketch import Sketch
from fp16core.figures.base.style import (
    DELTA_COLOUR,
    INTERVAL_COLUMNS,
    REFERENCE_COLOUR,
    TARGET_COLOUR,
    as_list,
    figure,
    fixed,
    lettering,
    write_message,
)
from fp16core.figures.crowd import MOST_POINTS, Point, add_histogram, shared_points
from fp16core.study.changes import effects_of
from fp16core.study.columns import group_names
from fp16core.study.rows.results import FACTORS, Effect
from fp16core.study.rows.row import Row
from fp16core.study.summary import GroupSummary
from fp16core.text import count_text, percent_text, points_text
from fp16core.training.recipe_text import recipe_text

_GOLDEN = 0.6180339887
"""Multiples of this, modulo 1, are spread evenly, however many they are."""

_MOST_BARS = 12
_ROW = 34


def seed_and_float16(groups: Sequence[Sequence[Row]], kind: str) -> go.Figure:
    """Accuracy of each training against the mean of its recipe, above its change by float16, on one axis in points.

    Parameters
    ----------
    groups
        Trained rows, by recipe. Of more than `MOST_POINTS`, the figure shows how many lie where.
    kind
        Kind of float16.
    """
    rows = [row for group in groups for row in group]
    by_seed = 100 * np.concatenate([_against_their_mean(effects_of(group, kind)) for group in groups])
    by_float16 = 100 * np.array([effect.accuracy_delta for effect in effects_of(rows, kind)])
    crowded = len(rows) > MOST_POINTS
    columns = ["from", "to", "trainings"] if crowded else ["training"]
    drawn = figure(300, hovermode="closest", meta={"columns": columns}, margin={"l": 8, "r": 8, "t": 8, "b": 8})
    limit = 1.08 * max(0.1, float(np.abs(np.concatenate([by_seed, by_float16])).max()))
    for name, values, place, colour in (
        ("another seed", by_seed, 1, REFERENCE_COLOUR),
        ("float16 instead of float32", by_float16, 0, TARGET_COLOUR),
    ):
        if crowded:
            add_histogram(drawn, name, values, place, colour, limit)
        else:
            _add_points(drawn, name, values, place, colour, rows)
    drawn.update_xaxes(title="accuracy, difference in percentage points", range=[-limit, limit], zeroline=True)
    drawn.update_yaxes(
        range=[-0.5, 1.5],
        tickvals=[0, 1],
        ticktext=["float16 instead<br>of float32", "another<br>seed"],
        showgrid=False,
        zeroline=False,
    )
    return fixed(drawn)


def both_accuracies(rows: Sequence[Row], kind: str) -> go.Figure:
    """Accuracy of each training in float16 against float32; on the dashed line both are equal.

    Of more than `MOST_POINTS` trainings, those with the same accuracies share a point.
    """
    effects = effects_of(rows, kind)
    crowded = len(rows) > MOST_POINTS
    drawn = figure(300, hovermode="closest", meta={"columns": ["trainings" if crowded else "training"]})
    ends = [100 * count / effect.images for effect in effects for count in (effect.reference_correct, effect.correct)]
    drawn.add_scatter(
        name="equal",
        x=[min(ends), max(ends)],
        y=[min(ends), max(ends)],
        mode="lines",
        line={"color": DELTA_COLOUR, "dash": "dash", "width": 2},
        hoverinfo="skip",
    )
    for name, is_changed, colour, size in (
        ("no answer changed", False, REFERENCE_COLOUR, 6),
        ("some changed", True, TARGET_COLOUR, 9),
    ):
        members = [place for place, effect in enumerate(effects) if bool(effect.changed) is is_changed]
        if crowded:
            points = shared_points([effects[place] for place in members])
        else:
            points = [_point(rows[place], effects[place]) for place in members]
        drawn.add(
            "scattergl",
            name=f"{name} ({len(members):,})",
            x=[point.across for point in points],
            y=[point.upward for point in points],
            mode="markers",
            marker={"color": colour, "size": size, "opacity": 0.7},
            customdata=[point.what for point in points],
            text=[point.text for point in points],
            hovertemplate="%{text}<extra></extra>",
        )
    drawn.update_xaxes(title="accuracy, float32 (%)")
    drawn.update_yaxes(title="accuracy, float16 (%)")
    return fixed(drawn)


def changed_counts(rows: Sequence[Row], kind: str) -> go.Figure:
    """Number of trainings by the number of answers that float16 changed in each."""
    counts = np.array([len(effect.changed) for effect in effects_of(rows, kind)])
    most = min(int(counts.max()), _MOST_BARS)
    trainings = np.bincount(np.minimum(counts, most), minlength=most + 1)
    labels = [str(count) for count in range(most + 1)]
    if counts.max() > most:
        labels[-1] = f"{most} or more"
    drawn = _bars(labels, as_list(trainings), [f"{count:,}" for count in trainings.tolist()], "trainings")
    drawn.update_xaxes(title="changed answers in a training", type="category")
    return fixed(drawn)


def flips_within(rows: Sequence[Row], kind: str) -> go.Figure:
    """Answers of 10,000 that would change, on average, if float16's error were several times as large."""
    effects = effects_of(rows, kind)
    shares = np.array([[count / effect.images for count in effect.flips_within] for effect in effects]).mean(axis=0)
    labels = [f"{factor} ×" for factor in FACTORS]
    of_ten_thousand = as_list(1e4 * shares)
    drawn = _bars(
        labels, of_ten_thousand, [f"{value:.3g}" for value in of_ten_thousand], "of 10,000 answers, on average"
    )
    drawn.update_xaxes(title="float16’s error, enlarged", type="category")
    return fixed(drawn)


def rates_by_recipe(groups: Sequence[GroupSummary], kind: str) -> go.Figure:
    """Changed answers per million by recipe, with exact 95 % intervals."""
    names = group_names(groups)
    rates = [group.effects[kind].changed_per_million for group in groups]
    drawn = figure(
        100 + _ROW * len(groups),
        hovermode="closest",
        meta={"columns": ["recipe", *INTERVAL_COLUMNS]},
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
    )
    drawn.add_scatter(
        x=[rate.value for rate in rates],
        y=list(range(len(groups))),
        mode="markers",
        marker={"color": TARGET_COLOUR, "size": 10},
        error_x={
            "array": [rate.high - rate.value for rate in rates],
            "arrayminus": [rate.value - rate.low for rate in rates],
            "color": TARGET_COLOUR,
            "width": 4,
        },
        customdata=[[name, rate.low, rate.high] for name, rate in zip(names, rates, strict=True)],
        text=[
            f"{lettering(name)}: {group.effects[kind].changed:,} of {group.effects[kind].answers:,} answers in "
            f"{count_text(group.trainings, 'training')},<br>accuracy {percent_text(group.accuracy_mean)} on average"
            for name, group in zip(names, groups, strict=True)
        ],
        hovertemplate="%{text}<extra></extra>",
        showlegend=False,
    )
    drawn.update_xaxes(title="changed answers per million", rangemode="tozero")
    drawn.update_yaxes(
        range=[len(groups) - 0.5, -0.5],
        tickvals=list(range(len(groups))),
        ticktext=[lettering(name) for name in names],
        showgrid=False,
        zeroline=False,
    )
    return fixed(drawn)


def _bars(labels: list[str], values: list[float], texts: list[str], title: str) -> Sketch:
    drawn = figure(280, margin={"l": 8, "r": 8, "t": 8, "b": 8})
    drawn.add_bar(
        x=labels,
        y=values,
        marker={"color": TARGET_COLOUR},
        text=texts,
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{x}: %{text}<extra></extra>",
        showlegend=False,
    )
    if not any(values):
        write_message(drawn, "None in any training.")
    drawn.update_yaxes(title=title, range=[0, 1.15 * max([*values, 1e-9])])
    return drawn


def _add_points(
    drawn: Sketch, name: str, values: npt.NDArray[np.float64], place: int, colour: str, rows: Sequence[Row]
) -> None:
    """Draw a point for each training, strewn evenly over a strip."""
    names = [recipe_text(row.recipe) for row in rows]
    drawn.add(
        "scattergl",
        name=name,
        x=as_list(values),
        y=as_list(place + 0.6 * ((np.arange(len(values)) * _GOLDEN) % 1 - 0.5)),
        mode="markers",
        marker={"color": colour, "size": 7, "opacity": 0.6},
        customdata=names,
        text=[f"{each}: {points_text(value / 100)}" for each, value in zip(names, values, strict=True)],
        hovertemplate="%{text}<extra>" + name + "</extra>",
        showlegend=False,
    )


def _against_their_mean(effects: Sequence[Effect]) -> npt.NDArray[np.float64]:
    accuracies = np.array([effect.reference_correct / effect.images for effect in effects])
    against: npt.NDArray[np.float64] = accuracies - accuracies.mean()
    return against


def _point(row: Row, effect: Effect) -> Point:
    name = recipe_text(row.recipe)
    before, after = effect.reference_correct / effect.images, effect.correct / effect.images
    changed = count_text(len(effect.changed), "changed answer")
    return Point(100 * before, 100 * after, name, f"{name}: {percent_text(before)} → {percent_text(after)}, {changed}")
