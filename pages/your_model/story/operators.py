"""Verdict on the range, and the operators: a graph to click in, and all numbers of the one that is chosen."""

import html
from collections.abc import Sequence
from functools import partial

import streamlit as st

from fp16core.diagnosis.outcome import Diagnosis, OperatorReading
from fp16core.diagnosis.results import ArithmeticVerdict
from fp16core.figures.diagnosis import classes, graph, tensor
from fp16core.figures.diagnosis.classes import OperatorClass
from fp16core.figures.diagnosis.operator_rows import ROW_PX
from fp16core.figures.diagnosis.operator_rows import height_px as height_px_of
from fp16core.text import count_text
from pages.shared.session import diagnoses
from pages.shared.session.examination import Kept
from pages.shared.ui.charts import chart, picked
from pages.shared.ui.tables import show_table
from pages.your_model.story.bits import show_bits
from pages.your_model.story.scroll import scroll_into_sight
from pages.your_model.story.words import (
    clipped,
    facts,
    operator_name,
    tensor_sentence,
    verdict_markdown,
)

BY_RANGE = "Range of its values"

_CHART = "diagnosis-graph"
_GRAPH_PX, _BELOW_PX = 640, 76
"""Greatest height of the part that scrolls; and room below the figure for its button."""
_MOST_EXAMPLES = 3
_REACHES = {True: "yes", False: "no", None: "not followed"}


def show_operators(found: Diagnosis) -> None:
    """Show the verdict on the range with its picture, in a part of the page that is drawn again by itself."""
    st.header("Do its numbers fit?", anchor="range")
    st.markdown(verdict_markdown(found.range.finding, found.range.sentence))
    if found.range.constants:
        with st.expander(
            f"{count_text(len(found.range.constants), 'stored constant')} that float16 changes into another kind of "
            "number",
            icon=":material/data_array:",
        ):
            _show_constants(found)
    if found.graph:
        st.fragment(_graph)()


def read_in_float16(found: Diagnosis) -> list[ArithmeticVerdict]:
    """Verdicts that have an error for each operator: float16 arithmetic on each device, and the weights alone."""
    verdicts = [*found.arithmetic, *([] if found.storage is None else [found.storage])]
    return [verdict for verdict in verdicts if verdict.operators]


def choose_clicked(chart_key: str) -> None:
    """Choose the operator whose mark was clicked in a chart."""
    kept = diagnoses.kept()
    if kept is None or kept.diagnosis is None:
        return
    known = {node.operator for node in kept.diagnosis.graph}
    index = picked(chart_key, max(known, default=-1) + 1)
    if index in known:
        st.session_state[_chosen_key(kept)] = index


def chosen_operator(kept: Kept, found: Diagnosis) -> int:
    """Operator that is chosen: at first the one where the model breaks, or comes closest to it."""
    key = _chosen_key(kept)
    if key not in st.session_state:
        st.session_state[key] = _worst(found)
    chosen: int = st.session_state[key]
    return chosen


def _chosen_key(kept: Kept) -> str:
    """Key of the list of operators; another diagnosis has other operators."""
    return f"diagnosis-operator-{kept.number}"


def _graph() -> None:
    """The graph and the card, which name the diagnosis nowhere outside: it may be dropped at any time."""
    kept = diagnoses.kept()
    found = None if kept is None else kept.diagnosis
    if kept is None or found is None:
        return
    nodes = {node.operator: node for node in found.graph}
    chosen = chosen_operator(kept, found)
    views: dict[str, ArithmeticVerdict | None] = {BY_RANGE: None}
    views |= {f"Error: {verdict.device}": verdict for verdict in read_in_float16(found)}
    with st.container(border=True):
        row = st.container(horizontal=True, vertical_alignment="bottom")
        view = row.segmented_control(
            "Coloured by", list(views), default=BY_RANGE, required=True, key="diagnosis-view", format_func=clipped
        )
        row.selectbox(
            "Operator",
            list(nodes),
            key=_chosen_key(kept),
            format_func=lambda index: operator_name(nodes[index]),
            help="Or click it in the graph.",
        )
        start = _window(found, chosen)
        verdict = views.get(view)
        st.html(_legend(classes.BY_RANGE if verdict is None else classes.BY_ERROR))
        picture, card = st.container(key="cards-operators").columns([3, 2])
        height_px = height_px_of(found.graph[start : start + graph.MOST_ROWS]) + _BELOW_PX
        with picture.container(height=min(height_px, _GRAPH_PX), border=False, key="diagnosis-scroll"):
            draw = (
                partial(graph.by_range, found.graph, found.range, chosen, start)
                if verdict is None
                else partial(graph.by_error, found.graph, verdict, chosen, start)
            )
            chart(
                draw,
                _CHART,
                "Operators of the model in order of execution, each with the "
                f"{'range' if verdict is None else 'error'} of its results; the list beside it chooses one",
                on_click=partial(choose_clicked, _CHART),
            )
            rows_above = chosen - found.graph[start].operator
            scroll_into_sight("diagnosis-sight", f"{kept.number} {chosen}", ROW_PX * rows_above, 2 * ROW_PX)
        with card:
            _show_card(nodes[chosen], found)
        st.caption(
            "A row is an operator; a line leads from where a result is computed to where it is read. "
            + (
                "A bar reaches from the smallest magnitude of its results to the largest, of what it squares or sums "
                "on the way included; the shaded band is what float16 holds with full precision."
                if verdict is None
                else "The longer the bar, the smaller the error: at 40 dB it is a hundredth of the numbers. Colours "
                "are no verdict: what is good enough depends on the model."
            )
        )


def _legend(shown: Sequence[OperatorClass]) -> str:
    marks = (f'<li><b style="color: {its.colour}">{its.sign}</b> {html.escape(its.words)}</li>' for its in shown)
    return f'<ul class="operator-legend">{"".join(marks)}</ul>'


def _show_card(node: OperatorReading, found: Diagnosis) -> None:
    values = next((each for each in found.range.operators if each.operator == node.operator), None)
    errors = [
        (verdict, each)
        for verdict in read_in_float16(found)
        for each in verdict.operators
        if each.operator == node.operator
    ]
    st.markdown(f"**{clipped(operator_name(node))}**")
    numbers = facts(node, values, errors)
    if numbers:
        st.table({"what": list(numbers), "value": list(numbers.values())}, hide_index=True, hide_header=True)
    else:
        st.markdown("It computes no floating-point numbers.")
    if node.histogram is None:
        return
    st.markdown(tensor_sentence(node))
    if node.histogram.counts.sum() > 1:
        alt = f"Histogram of the numbers of operator {node.operator}"
        chart(partial(tensor.histogram, node), "diagnosis-tensor", alt)
    for value in node.examples[:_MOST_EXAMPLES]:
        show_bits(value)


def _window(found: Diagnosis, chosen: int) -> int:
    """Place of the first operator that the graph shows; a model of many operators is shown in parts."""
    count = len(found.graph)
    if count <= graph.MOST_ROWS:
        return 0
    place = next((number for number, node in enumerate(found.graph) if node.operator == chosen), 0)
    st.caption(f"Of {count:,} operators, {graph.MOST_ROWS} are drawn: those around the one that is chosen in the list.")
    return place // graph.MOST_ROWS * graph.MOST_ROWS


def _worst(found: Diagnosis) -> int:
    """Operator to show first."""
    known = {node.operator for node in found.graph}
    if found.range.first_overflow in known and found.range.first_overflow is not None:
        return found.range.first_overflow
    errors = [each for verdict in read_in_float16(found) for each in verdict.operators if each.operator in known]
    if errors:
        return min(errors, key=lambda each: (not each.not_finite, each.snr_db)).operator
    return found.graph[0].operator


def _show_constants(found: Diagnosis) -> None:
    constants = found.range.constants
    show_table(
        {
            "operator": [each.operator for each in constants],
            "kind": [each.kind for each in constants],
            "constant": [each.tensor for each in constants],
            "number": [f"{each.value:.4g}" for each in constants],
            "becomes": [each.becomes for each in constants],
            "how many": [each.numbers for each in constants],
            "changes an output": [_REACHES[each.reaches_output] for each in constants],
        }
    )
