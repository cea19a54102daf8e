"""Models that ship with the dashboard, each of which breaks in float16 and shows how it is cured."""

import streamlit as st

from fp16core.diagnosis.examples import EXAMPLES, Example, example_of
from pages.shared.address import links, parameter
from pages.shared.session import diagnoses, trials
from pages.your_model.story.declared import fill

_PARAMETER = "example"


def show_examples() -> None:
    """Show a button for each example, which diagnoses it; the address names the one that is shown, and can ask."""
    if parameter.is_asked(_PARAMETER):
        _follow(st.query_params.get(_PARAMETER))
    shown = _shown()
    parameter.write(_PARAMETER, None if shown is None else shown.key)
    st.markdown("No file at hand? See a model break, and its cure:")
    row = st.container(horizontal=True, key="own-examples")
    for example in EXAMPLES:
        row.button(
            example.title,
            icon=":material/heart_broken:",
            key=f"own-example-{example.key}",
            help=example.sentence,
            on_click=_begin,
            args=(example,),
        )


def _follow(asked: str | None) -> None:
    """Diagnose the example that the address asks for; a step of *Back* to none drops one, which a link brings back."""
    example = next((each for each in EXAMPLES if each.key == asked), None)
    if example is not None:
        _begin(example)
    elif asked is not None:
        links.miss({_PARAMETER: [asked]})
    elif _shown() is not None:
        diagnoses.forget()


def _shown() -> Example | None:
    """The example that is being diagnosed, or was last, if it is one."""
    current = diagnoses.running() or diagnoses.kept()
    return None if current is None or current.question is None else example_of(current.question.model)


def _begin(example: Example) -> None:
    """Diagnose an example, with the ranges of its inputs in sight, where they can be changed."""
    fill(example.ranges)
    trials.begin_example(example)
