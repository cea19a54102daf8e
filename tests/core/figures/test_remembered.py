"""Cached figures, sketches, and lazy figures."""

import copy
import gc
import json
import math
import pickle
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
import plotly.io
import pytest

from fp16core.figures.base.lazy_figure import LazyFigure
from fp16core.figures.base.remembered import remembered
from fp16core.figures.base.sketch import Sketch


@dataclass(frozen=True, eq=False)
class Outcome:
    """A result like those of the core."""

    value: float


def test_a_figure_is_drawn_again_only_for_other_results_or_settings() -> None:
    drawn: list[tuple[float, int]] = []

    @remembered(kept=2)
    def draw(result: Outcome, chosen: int = 0) -> go.Figure:
        drawn.append((result.value, chosen))
        return go.Figure(layout={"title": {"text": f"{result.value} {chosen}"}})

    one, same = Outcome(1.0), Outcome(1.0)
    assert draw(one, 1) is draw(one, 1)
    assert draw(one, 1) is not draw(same, 1)  # equal, but another visitor's
    assert drawn == [(1.0, 1), (1.0, 1)]
    draw(one, chosen=3)  # a third: the one used longest ago goes
    draw(one, 1)
    assert drawn == [(1.0, 1), (1.0, 1), (1.0, 3), (1.0, 1)]


def test_a_figure_is_forgotten_with_the_result_that_it_shows() -> None:
    figures = []

    @remembered()
    def draw(_result: Outcome) -> go.Figure:
        figure = go.Figure()
        figures.append(id(figure))
        return figure

    result = Outcome(1.0)
    draw(result)
    gc.collect()
    assert [id(found) for found in gc.get_objects() if isinstance(found, go.Figure) and id(found) in figures] == figures
    del result
    gc.collect()
    assert not [found for found in gc.get_objects() if isinstance(found, go.Figure) and id(found) in figures]


def test_a_sketch_becomes_what_plotly_makes_of_the_same_changes() -> None:
    sketch, figure = Sketch(height=200, margin={"l": 8, "t": 36}), go.Figure(layout={"height": 200})
    figure.update_layout(margin={"l": 8, "t": 36})
    for drawn in (sketch, figure):
        drawn.add_bar(name="a", x=[1, 2], y=[3, 4], marker={"color": "#2f7ed8"})
        drawn.add_scatter(x=[1], y=[2], error_x={"array": [1]}, yaxis="y2")
        drawn.update_layout(margin={"t": 8}, yaxis2={"domain": [0, 0.4]})
        drawn.update_xaxes(title="digit", range=[0, 1])
        drawn.update_yaxes(fixedrange=True)
        drawn.add_annotation(text="words", x=0.5, y=0.5)
        drawn.add_vline(x=1, line={"width": 2})
        drawn.add_hline(y=3, line={"dash": "dash"})
        drawn.add_vrect(x0=1, x1=2, opacity=0.1)
    assert sketch.finished() == figure


def test_a_sketch_that_says_what_plotly_does_not_know_is_refused() -> None:
    figure = LazyFigure([{"type": "bar", "colour": "red"}], {})
    with pytest.raises(ValueError, match="colour"):
        figure.data  # noqa: B018 - a look is enough


ARRAYS = (
    *(np.array([[3, 1], [0, 2]], kind) for kind in "bBhHiIfd?"),
    np.array([1.5, math.nan], np.float16),
    np.array([-(2**40), 2**40]),
    *(np.array([low, high]) for low, high in ((-128, 127), (0, 128), (-32769, 0), (0, 2**31 - 1))),
    *(np.array([high], np.uint64) for high in (255, 256, 65_536, 2**33)),
    np.array(["a", "b"]),
    np.zeros(0),
    np.asfortranarray(np.arange(6.0).reshape(2, 3)),
)


@pytest.mark.parametrize("values", ARRAYS, ids=lambda values: f"{values.dtype}{values.tolist()}")
def test_arrays_are_sent_as_plotly_sends_them(values: npt.NDArray[Any]) -> None:
    figure = LazyFigure([{"type": "scatter", "x": [1, 2], "y": [3.5, math.nan], "customdata": values}], {"height": 200})
    first = plotly.io.to_json(figure)
    assert json.loads(first) == json.loads(plotly.io.to_json(go.Figure(figure.data, figure.layout)))
    assert plotly.io.to_json(figure) == first


def test_numbers_with_the_other_end_first_are_sent_as_numbers() -> None:
    """Plotly itself refuses them."""
    figure = LazyFigure([{"type": "scatter", "x": np.array([1.5, -2.0], ">f4")}], {})
    assert json.loads(plotly.io.to_json(figure))["data"][0]["x"] == [1.5, -2.0]


def test_a_figure_is_not_what_is_sketched_after_it() -> None:
    sketch = Sketch(xaxis={"title": {"text": "before"}}, yaxis={"visible": False})
    finished = sketch.finished()
    sketch.update_xaxes(title="after")
    sketch.add_bar(x=[1], y=[2])
    assert (finished.layout.xaxis.title.text, finished.data) == ("before", ())


def test_a_template_is_plotlys_own_unless_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for default in ("plotly", "plotly+seaborn", None):
        monkeypatch.setattr(plotly.io.templates, "default", default)
        figure = LazyFigure([], {"height": 200})
        theirs = go.Figure(layout={"height": 200})
        assert json.loads(plotly.io.to_json(figure)) == json.loads(plotly.io.to_json(theirs))


def test_a_figure_can_be_copied_and_has_no_more_than_plotlys() -> None:
    figure = LazyFigure([{"type": "bar", "x": [1], "y": [2]}], {"height": 200})
    assert copy.deepcopy(figure) == figure == go.Figure(figure)
    assert pickle.loads(pickle.dumps(figure)) == figure  # noqa: S301 - our own bytes
    with pytest.raises(AttributeError, match="weight"):
        figure.weight  # noqa: B018
