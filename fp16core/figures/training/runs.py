"""Runs side by side: what differs between them, and how float16 fared."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

import plotly.graph_objects as go

from fp16core.evaluate.run_results import RunResult, same_images
from fp16core.figures.base.sketch import Sketch
from fp16core.figures.base.style import (
    DELTA_COLOUR,
    DELTA_NAME,
    INTERVAL_COLUMNS,
    REFERENCE_COLOUR,
    REFERENCE_NAME,
    TARGET_COLOUR,
    TARGET_NAME,
    figure,
    lettering,
)
from fp16core.text import bytes_text, count_text, duration_text, percent_text, points_text, small_text
from fp16core.training.recipe import Recipe

_SETTINGS = tuple(field.name for field in fields(Recipe))
_UNKNOWN = "not recorded"
_LABEL_LENGTH = 28
_ROW = 46


@dataclass(frozen=True)
class Row:
    """One thing about several runs, as text: a value for each."""

    what: str
    values: tuple[str, ...]


def time_text(created: datetime) -> str:
    """When a run ended: ``2026-11-24 02:17``."""
    return f"{created:%Y-%m-%d %H:%M}"


def setting_text(name: str, recipe: Recipe) -> str:
    """A recipe's setting: ``3``, ``0.01``, ``5 × 5``."""
    value = getattr(recipe, name)
    if name == "kernel_size":
        return f"{value} × {value}"
    return f"{value:g}" if isinstance(value, float) else str(value)


def told_setting(name: str, recipe: Recipe) -> str:
    """A recipe's setting with its name: ``3 epochs``, ``learning rate 0.01``."""
    text = setting_text(name, recipe)
    match name:
        case "epochs":
            return count_text(recipe.epochs, "epoch")
        case "filters":
            return count_text(int(text), "filter")
        case "kernel_size":
            return f"{text} kernels"
        case "optimizer":
            return text
        case _:
            return f"{name.replace('_', ' ')} {text}"


def recipe_text(recipe: Recipe) -> str:
    """A recipe in short: epochs and seed, and whatever is not the tutorial's."""
    usual = Recipe()
    return ", ".join(
        told_setting(name, recipe)
        for name in _SETTINGS
        if name in ("epochs", "seed") or getattr(recipe, name) != getattr(usual, name)
    )


def differing_settings(results: Sequence[RunResult]) -> tuple[Row, ...]:
    """The settings in which the runs' recipes differ, and the images that they were tested on if those differ."""
    rows = [
        Row(name.replace("_", " "), tuple(setting_text(name, result.recipe) for result in results))
        for name in _SETTINGS
        if _differs(name, results)
    ]
    if not same_images(results):
        rows.append(Row("test images", tuple(result.images_name for result in results)))
    return tuple(rows)


def shared_settings(results: Sequence[RunResult]) -> str:
    """The settings that are the same in all of the recipes, in a list of words; empty if there are none."""
    return ", ".join(told_setting(name, results[0].recipe) for name in _SETTINGS if not _differs(name, results))


def outcomes(results: Sequence[RunResult]) -> tuple[Row, ...]:
    """What the runs have come to."""
    texts: dict[str, Callable[[RunResult], str]] = {
        "float32 accuracy": lambda result: percent_text(result.reference.value),
        "float16 accuracy": lambda result: percent_text(result.target.value),
        "float16 − float32": lambda result: points_text(result.accuracy_delta),
        "changed answers": lambda result: f"{result.changed.successes:,} of {result.changed.total:,}",
        "largest logit change": lambda result: (
            _UNKNOWN if result.max_abs_logit_delta is None else small_text(result.max_abs_logit_delta)
        ),
        "float32 file": lambda result: bytes_text(result.reference_bytes),
        "float16 file": lambda result: bytes_text(result.target_bytes),
        "took": lambda result: _UNKNOWN if result.seconds is None else duration_text(result.seconds),
        "ended (UTC)": lambda result: time_text(result.created),
    }
    return tuple(Row(what, tuple(text(result) for result in results)) for what, text in texts.items())


def accuracies(results: Sequence[RunResult]) -> go.Figure:
    """Accuracies of each run's float32 and float16 file, with their 95 % intervals."""
    drawn = _by_run(results, "accuracy (%)")
    for name, colour, shift, shares in (
        (REFERENCE_NAME, REFERENCE_COLOUR, -0.14, [result.reference for result in results]),
        (TARGET_NAME, TARGET_COLOUR, 0.14, [result.target for result in results]),
    ):
        drawn.add_scatter(
            name=name,
            x=[100 * share.value for share in shares],
            y=[place + shift for place in range(len(results))],
            mode="markers",
            marker={"color": colour, "size": 10},
            error_x={
                "array": [100 * (share.high - share.value) for share in shares],
                "arrayminus": [100 * (share.value - share.low) for share in shares],
                "color": colour,
                "width": 4,
            },
            customdata=[
                [result.name, 100 * share.low, 100 * share.high] for result, share in zip(results, shares, strict=True)
            ],
            text=[
                f"{lettering(result.name)}: {name} reads {share.successes:,} of {share.total:,} right "
                f"({percent_text(share.value)}),<br>"
                f"95 % interval {percent_text(share.low)} to {percent_text(share.high)}"
                for result, share in zip(results, shares, strict=True)
            ],
            hovertemplate="%{text}<extra></extra>",
        )
    return drawn.finished()


def accuracy_deltas(results: Sequence[RunResult]) -> go.Figure:
    """What float16 cost each run in percentage points, with an interval of at least 95 %."""
    drawn = _by_run(results, "accuracy change (points)")
    deltas = [100 * result.accuracy_delta for result in results]
    drawn.add_scatter(
        name=DELTA_NAME,
        x=deltas,
        y=list(range(len(results))),
        mode="markers",
        marker={"color": DELTA_COLOUR, "size": 10},
        error_x={
            "array": [100 * result.delta_high - delta for result, delta in zip(results, deltas, strict=True)],
            "arrayminus": [delta - 100 * result.delta_low for result, delta in zip(results, deltas, strict=True)],
            "color": DELTA_COLOUR,
            "width": 4,
        },
        customdata=[[result.name, 100 * result.delta_low, 100 * result.delta_high] for result in results],
        text=[
            f"{lettering(result.name)}: {points_text(result.accuracy_delta)},<br>95 % interval "
            f"{points_text(result.delta_low)} to {points_text(result.delta_high)}; "
            f"{result.changed.successes:,} of {result.changed.total:,} answers changed"
            for result in results
        ],
        hovertemplate="%{text}<extra></extra>",
        showlegend=False,
    )
    # At least a tenth of a point to each side, so that a single image does not look like a landslide.
    limit = 1.1 * max([0.1, *(100 * abs(end) for result in results for end in (result.delta_low, result.delta_high))])
    drawn.update_xaxes(range=[-limit, limit])
    return drawn.finished()


def _differs(name: str, results: Sequence[RunResult]) -> bool:
    return len({getattr(result.recipe, name) for result in results}) > 1


def _by_run(results: Sequence[RunResult], title: str) -> Sketch:
    places = list(range(len(results)))
    return figure(
        90 + _ROW * len(results),
        hovermode="closest",
        meta={"columns": ["run", *INTERVAL_COLUMNS]},
        xaxis={"title": title, "fixedrange": True, "nticks": 7},
        yaxis={
            "title": "run",
            "range": [len(results) - 0.5, -0.5],
            "tickvals": places,
            "ticktext": [lettering(_shortened(result.name)) for result in results],
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
        },
    )


def _shortened(name: str) -> str:
    return name if len(name) <= _LABEL_LENGTH else name[: _LABEL_LENGTH - 1].rstrip() + "…"
