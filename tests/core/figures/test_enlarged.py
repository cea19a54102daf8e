"""Figures for a lecture room: larger letters, marks and lines, the same numbers."""

import pytest

from fp16core.figures.base import style
from fp16core.figures.base.enlarged import enlarged
from fp16core.figures.base.sketch import Sketch


def sketch() -> Sketch:
    drawn = style.figure(height=200, xaxis={"title": "bits"})
    drawn.add_scatter(
        x=[1, 2], y=[3, 4], mode="markers+text", marker={"size": 8, "line": {"width": 1}}, textfont={"size": 10}
    )
    drawn.add_bar(x=[1, 2], y=[3, 4], width=0.5)
    drawn.add_heatmap(z=[[1, 2]], colorbar={"tickfont": {"size": 10}})
    style.mark(drawn, 1.5, "here")
    return drawn


def test_all_that_is_set_in_pixels_grows() -> None:
    found = enlarged(sketch().finished(), 1.5)
    scatter, bars, heatmap = found.data
    assert found.layout.height == 300
    assert (scatter.marker.size, scatter.marker.line.width, scatter.textfont.size) == (12, 1.5, 18)
    assert heatmap.colorbar.tickfont.size == 18
    assert found.layout.annotations[0].font.size == 18
    assert found.layout.annotations[0].xshift == 6
    assert found.layout.margin.t == 54
    # Those that the figure leaves to the theme, at 12 pixels.
    letters = (found.layout.font, found.layout.legend.font, found.layout.xaxis.tickfont, found.layout.xaxis.title.font)
    assert [letter.size for letter in letters] == [18] * 4
    assert bars.width == 0.5, "a bar's width is in the units of its axis"


def test_letters_below_the_usual_size_grow_to_that_of_the_others() -> None:
    matrix = style.figure(200)
    matrix.add_scatter(x=[0], y=[0], text=["1,129"], mode="text", textfont={"size": 10})
    found = enlarged(matrix.finished(), 1.5)
    assert found.data[0].textfont.size == found.layout.font.size == 18


def test_the_numbers_stay() -> None:
    before, found = sketch().finished(), enlarged(sketch().finished(), 1.5)
    for old, new in zip(before.data, found.data, strict=True):
        assert (old.x, old.y) == (new.x, new.y)
    assert found.layout.xaxis.title.text == "bits"


def test_the_original_is_left_as_it_is() -> None:
    figure = sketch().finished()
    enlarged(figure, 2)
    assert figure.to_dict()["layout"]["height"] == pytest.approx(200)
