"""A slider that keeps its value in the browser: shown at once, and sent to the server while it moves."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

_HERE = Path(__file__).parent

HELD_JS = (_HERE / "held.js").read_text("utf-8")
"""Functions for a component's JavaScript: ``held``, a value that lives in the browser, and ``slider``."""

HELD_CSS = (_HERE / "held.css").read_text("utf-8")

_component = st.components.v2.component(
    "live_slider",
    html='<div class="live"><div class="note"></div></div>',
    css=HELD_CSS + ".note { font: 0.9rem/1.4 var(--st-font); color: var(--st-text-color); min-height: 1.4em; }",
    js=HELD_JS + (_HERE / "live_slider.js").read_text("utf-8"),
)


def slider_spec(name: str, label: str, values: range, texts: Sequence[str] = ()) -> dict[str, Any]:
    """Describe a slider to a component's JavaScript.

    Parameters
    ----------
    name
        Name of its value in what the browser sends.
    label
        The label above it.
    values
        Its values, a step of 1 apart.
    texts
        Text to show for each value instead of the number.
    """
    return {"name": name, "label": label, "first": values[0], "last": values[-1], "texts": list(texts) or None}


def live_slider(key: str, spec: Mapping[str, Any], value: int, version: str, notes: Sequence[str | None] = ()) -> None:
    """Draw the slider; `taken` reads what the browser has sent.

    Parameters
    ----------
    key
        The component's key.
    spec
        Of `slider_spec`.
    value
        The value to set it to when ``version`` is new to the browser.
    version
        Any text; a new one wherever the page, and not the slider, has changed the value.
    notes
        Line to show below the slider at each value while it moves, as far as known.
    """
    held = {"key": key, "version": version, "values": {spec["name"]: value}}
    _component(data={**held, "spec": dict(spec), "notes": list(notes)}, key=key, on_value_change=_nothing)


def taken(key: str, version: str, allowed: Mapping[str, Collection[int]]) -> dict[str, int] | None:
    """Values that the browser has sent for this version; `None` if it has sent none, or anything else.

    Parameters
    ----------
    key
        The component's key.
    version
        The version in force. A browser that does not know it yet sends values that were chosen before.
    allowed
        The values of each name.
    """
    sent = getattr(st.session_state.get(key), "value", None)
    if not isinstance(sent, Mapping) or sent.get("version") != version:
        return None
    values: dict[str, Any] = {name: sent.get(name) for name in allowed}
    for name, value in values.items():
        if not any(type(value) is type(option) and value == option for option in allowed[name]):
            return None
    return values


def _nothing() -> None:
    """Let the run take the value; Streamlit keeps a component's state only for one with a callback."""
