"""Figures of a diagnosis hold its numbers, tell each class by more than colour, and stay inert."""

import csv
import io
import math
from dataclasses import replace

import plotly.graph_objects as go

from fp16core.diagnosis.outcome import Cure, Part, PlacementVerdict
from fp16core.diagnosis.results import Finding
from fp16core.figures.base.table import figure_csv
from fp16core.figures.diagnosis import arithmetic, classes, cure, graph, placement, tensor
from fp16core.figures.diagnosis.lanes import MOST_LANES, lanes
from tests.helpers.diagnoses.made import CURE, DIAGNOSIS, ERRORS, GRAPH, RANGES, error_of, range_of, reading, step

RANGE, (ARITHMETIC,) = DIAGNOSIS.range, DIAGNOSIS.arithmetic


def rows(figure: go.Figure) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(figure_csv(figure))))


def clicked(figure: go.Figure) -> set[int]:
    """Operators that a click on some mark names."""
    return {mark[0] for trace in figure.data if trace.customdata is not None for mark in trace.customdata}


def test_a_branch_has_a_lane_of_its_own_until_it_comes_together() -> None:
    laid = lanes(GRAPH)
    assert laid.lanes == (0, 1, 1, 0, 1, 0)
    assert ((0, 0), (1, 1)) in laid.paths
    assert ((0, 0), (0, 3)) in laid.paths, "straight on, beside the branch"
    assert ((1, 2), (0, 3)) in laid.paths


def test_no_path_runs_through_another_operator() -> None:
    fan = [reading(0, ()), *(replace(reading(0, (0,)), operator=n) for n in range(1, 6))]
    fan.append(replace(reading(0, (1, 2, 3, 4, 5)), operator=6))
    laid = lanes(fan)
    lane_of = {node.operator: lane for node, lane in zip(fan, laid.lanes, strict=True)}
    for (lane, maker), *others in laid.paths:
        straight = [end for corner, end in others if corner == lane]
        for end in straight:
            between = [op for op in range(maker + 1, end) if lane_of[op] == lane]
            assert not between, (maker, end)


def test_more_branches_than_lanes_share_the_last_one() -> None:
    fan = [reading(0, ()), *(replace(reading(0, (0,)), operator=n) for n in range(1, 30))]
    fan.append(replace(reading(0, tuple(range(1, 30))), operator=30))
    assert lanes(fan).width == MOST_LANES


def test_the_graph_by_range_has_each_operators_largest_magnitude() -> None:
    found = {row["operator"]: row for row in rows(graph.by_range(GRAPH, RANGE))}
    assert [*found] == ["1", "2", "5", "3", "0"], "by class, the worst first"
    assert found["1"]["largest magnitude"] == "90000.0"
    assert found["2"]["largest on the way"] == "2000000.0"
    assert found["3"]["smallest magnitude"] == "1e-06"
    assert found["5"]["class"] == classes.HARMLESS.words
    assert clicked(graph.by_range(GRAPH, RANGE)) == set(range(6)), "also the one without numbers"


def test_the_graph_by_error_has_each_operators_ratio() -> None:
    found = {row["operator"]: row for row in rows(graph.by_error(GRAPH, ARITHMETIC))}
    ratio = "signal-to-noise ratio (dB)"
    assert {op: row[ratio] for op, row in found.items()} == {
        "0": "60.0",
        "1": "0.0",
        "2": "30.0",
        "3": "12.0",
        "5": "100.0",
    }
    assert found["1"]["results not finite"] == "3"
    assert found["2"]["class"] == classes.STAYS.words
    assert clicked(graph.by_error(GRAPH, ARITHMETIC)) == set(range(6))


def test_classes_are_told_by_their_shape_as_well() -> None:
    for legend in (classes.BY_RANGE, classes.BY_ERROR):
        assert len({each.symbol for each in legend}) == len(legend)


def test_an_operator_is_coloured_by_what_float16_does_to_it() -> None:
    assert [classes.class_of_range(each) for each in RANGES] == [
        classes.FITS,
        classes.OVERFLOWS,
        classes.OVERFLOWS,
        classes.FADES,
        classes.HARMLESS,
    ]
    assert classes.class_of_range(range_of(0, overflows=True, reaches_output=None)) is classes.OVERFLOWS
    assert classes.class_of_range(None) is classes.UNREAD
    assert [classes.class_of_error(each) for each in ERRORS] == [
        classes.SMALL_ERROR,
        classes.NOT_FINITE,
        classes.STAYS,
        classes.LARGE_ERROR,
        classes.SMALL_ERROR,
    ]
    assert classes.class_of_error(error_of(0, snr_db=39.9)) is classes.SOME_ERROR


def test_the_chosen_operator_is_framed_and_a_window_shows_its_part() -> None:
    many = [replace(reading(0, (n - 1,) if n else ()), operator=n) for n in range(700)]
    drawn = graph.by_range(many, RANGE, chosen=410, start=400)
    assert clicked(drawn) == set(range(400, 700))
    (frame,) = [shape for shape in drawn.layout.shapes if shape.xref == "paper"]
    assert (frame.y0, frame.y1) == (409.5, 410.5)
    assert not [
        shape for shape in graph.by_range(many, RANGE, chosen=10, start=400).layout.shapes if shape.xref == "paper"
    ]


def test_values_that_are_all_zero_or_beyond_float32_stay_on_the_axis() -> None:
    odd = (range_of(0, low=0.0, high=0.0, smallest=0.0), range_of(1, intermediate="sum", intermediate_largest=math.inf))
    drawn = graph.by_range(GRAPH, replace(RANGE, operators=odd))
    low, high = drawn.layout.xaxis.range
    assert -12 < low < high < 41


def test_the_line_along_the_graph_shows_what_is_not_finite_at_its_bottom() -> None:
    drawn = arithmetic.snr_along(DIAGNOSIS.arithmetic, chosen=1)
    (line,) = drawn.data
    assert [*line.x] == [0, 1, 2, 3, 5]
    assert [*line.y[:4]] == [60, 0, 30, 12]
    assert line.y[4] > 100, "no error at all is above every other ratio"
    assert [*line.marker.symbol] == ["circle", "x", "square-open", "circle", "circle"]


def test_bands_cover_every_operator_once() -> None:
    found = rows(placement.bands(DIAGNOSIS.placement, 6))
    bands = {row["series"]: 0.0 for row in found}
    for row in found:
        if row["series"] != "splits the graph":
            bands[row["series"]] += round(float(row["operator, in order of execution"]) + 0.1)
    assert bands == {"XNNPACK": 4, placement.OWN_KERNELS: 2, "splits the graph": 0}
    assert [row["last operator"] for row in found if row["series"] == "splits the graph"] == ["2", "4"]
    empty = PlacementVerdict(Finding.UNKNOWN, "", {}, {}, ())
    assert rows(placement.bands(empty, 3))[0]["last operator"] == "2"
    beyond = replace(empty, parts={"XNNPACK": (Part((7, 9)),)})
    assert placement.bands(beyond, 3).layout.xaxis.range[1] > 9, "the file may have more operators than the model"


def test_the_curve_of_cures_leads_through_what_helped() -> None:
    drawn = cure.curve(CURE)
    assert [(row["series"], row["kind"], row["bytes of the file"]) for row in rows(drawn)] == [
        ("weights as stored", "none", "840"),
        ("float16 arithmetic", "none", "840"),
        ("float16 arithmetic", "rescale", "900"),
        ("float16 arithmetic", "together", "900"),
        ("float16 arithmetic: not kept", "clamp", "840"),
    ]
    kept = drawn.data[1]
    assert [*kept.text] == ["untreated", "3: rescale<br>4: together", ""]
    assert [*kept.textposition] == ["bottom center", "bottom left", "bottom left"], "away from the end of the axis"
    assert [*drawn.data[2].textposition] == ["bottom left"], "on the other side than one that was kept"
    assert [*kept.marker.symbol] == ["x", "circle", "circle"]
    refused = replace(CURE, steps=(step("clamp", "", 840, -math.inf),))
    assert [*cure.curve(refused).data[0].y] == [0]
    assert cure.step_text(refused.steps[0]) == "given up"
    nothing = cure.curve(Cure(Finding.UNKNOWN, "", (), ""))
    assert nothing.layout.annotations[0].text == "No cure was tried."


def test_cures_that_nearly_coincide_share_a_label() -> None:
    first, second = CURE.steps[:2]
    tried = [step("clamp", "", 900 + place, 58.0 + place, is_kept=False) for place in range(3)]
    far = step("clamp", "", 900, 20.0, is_kept=False)
    _, _, not_kept = cure.curve(replace(CURE, steps=(first, second, *tried, far))).data
    assert [*not_kept.text] == ["2, 3, 4", "", "", "5"]


def test_the_histogram_of_a_tensor_marks_the_ends_of_float16_if_they_are_in_sight() -> None:
    drawn = tensor.histogram(GRAPH[0])
    assert sum(drawn.data[0].y) == 8
    assert not drawn.layout.shapes
    found = GRAPH[0].histogram
    assert found is not None
    wide = replace(GRAPH[0], histogram=replace(found, edges=found.edges * 1e5))
    assert [shape.x0 for shape in tensor.histogram(wide).layout.shapes] == [-65_504, 65_504]
    assert tensor.histogram(GRAPH[4]).layout.annotations[0].text == "There are no finite numbers."


def test_texts_of_strangers_are_no_markup_in_any_of_them() -> None:
    """Plotly makes links of what looks like them."""
    evil = '<a href="https://example.org">x</a>'
    nodes = [replace(node, kind=evil) for node in GRAPH]
    ranges = replace(RANGE, operators=tuple(replace(each, kind=evil) for each in RANGES))
    arithmetics = replace(ARITHMETIC, device=evil, operators=tuple(replace(each, kind=evil) for each in ERRORS))
    placed = replace(DIAGNOSIS.placement, parts={evil: (Part((0,)),)}, breaks={2: evil})
    cured = replace(CURE, steps=tuple(replace(each, kind=evil, sentence=evil) for each in CURE.steps))
    figures = [
        graph.by_range(nodes, ranges),
        graph.by_error(nodes, arithmetics),
        arithmetic.snr_along([arithmetics]),
        placement.bands(placed),
        cure.curve(cured),
    ]
    for figure in figures:
        shown = [trace[part] for trace in figure.data for part in ("name", "text", "hovertext") if part in trace]
        shown += [axis.ticktext for axis in figure.select_yaxes() if axis.ticktext]
        assert "<a" not in str(shown).replace("<br>", "")
