"""Declarations of the visitor about a model: ranges, shapes, tolerances and classes, by input and output."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import streamlit as st

from fp16core.commands.shared.arguments import named_range, named_shape, named_tolerance
from fp16core.diagnosis.options import DiagnosisOptions
from fp16core.diagnosis.outcome import Diagnosis
from fp16core.vocabulary import NumberError
from pages.shared.session import diagnoses
from pages.shared.ui.words import plain

Value = TypeVar("Value")

_FIELDS = (
    ("range", "Ranges of inputs", "image=0:1", "Lowest and highest value, as NAME=LO:HI."),
    ("shape", "Shapes of inputs", "image=1,224,224,3", "For sizes that the file leaves open, as NAME=SIZE,SIZE,…"),
    ("tolerance", "Tolerances of outputs", "logits=0.01", "Largest error that you accept, as NAME=ERROR."),
    ("classes", "Outputs that are classes", "logits", "Outputs whose largest number is the answer, by name."),
)
"""Kind, label, example and explanation of each field; a declaration is a line."""

_MOST_CHARACTERS, _MOST_NAMES = 4_000, 8


def show_fields() -> None:
    """Show the fields, and a button that diagnoses the last model again with what they hold."""
    kept = diagnoses.kept()
    found = None if kept is None else kept.diagnosis
    with st.expander("Declare ranges, shapes, tolerances or classes", icon=":material/edit_note:"):
        st.caption(
            "Nothing of this is needed: without it, inputs are made up within what the file says of them, and errors "
            "are measured but not judged. One declaration a line." + ("" if found is None else f" {_names(found)}")
        )
        grid = st.container(key="cards-declared", horizontal=True)
        for kind, label, example, explanation in _FIELDS:
            grid.text_area(
                label,
                key=_key(kind),
                height=72,
                placeholder=example,
                help=explanation,
                max_chars=_MOST_CHARACTERS,
            )
        if found is not None:
            st.button(
                "Diagnose it again",
                icon=":material/replay:",
                key="diagnosis-again",
                on_click=_again,
                help="The same model and inputs, with these declarations.",
            )


def declared() -> DiagnosisOptions:
    """Declarations that the fields hold.

    Raises
    ------
    NumberError
        If a line is no declaration.
    """
    return DiagnosisOptions(
        ranges=dict(_read("range", named_range)),
        shapes=dict(_read("shape", named_shape)),
        tolerances=dict(_read("tolerance", named_tolerance)),
        classes=tuple(_lines("classes")),
        wants_cure=True,
    )


def fill(ranges: Mapping[str, tuple[float, float]]) -> None:
    """Write ranges into their field, and empty the others; for a callback."""
    for kind, *_ in _FIELDS:
        st.session_state[_key(kind)] = ""
    st.session_state[_key("range")] = "\n".join(f"{name}={low:g}:{high:g}" for name, (low, high) in ranges.items())


def _again() -> None:
    try:
        options = declared()
    except NumberError as error:
        diagnoses.fail(str(error))
        return
    diagnoses.again(options)


def _read(kind: str, parse: Callable[[str], tuple[str, Value]]) -> list[tuple[str, Value]]:
    try:
        return [parse(line) for line in _lines(kind)]
    except argparse.ArgumentTypeError as error:
        raise NumberError(f"{error}.") from error


def _lines(kind: str) -> Sequence[str]:
    text = st.session_state.get(_key(kind)) or ""
    return [line.strip() for line in str(text).splitlines() if line.strip()]


def _key(kind: str) -> str:
    return f"declared-{kind}"


def _names(found: Diagnosis) -> str:
    inputs = dict.fromkeys(name for node in found.graph for name in node.inputs)
    outputs = dict.fromkeys(name for node in found.graph for name in node.outputs)
    kinds = (("Inputs", inputs), ("Outputs", outputs))
    return " ".join(f"{kind}: {', '.join(map(plain, list(names)[:_MOST_NAMES]))}." for kind, names in kinds if names)
