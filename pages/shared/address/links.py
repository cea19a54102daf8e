"""Deep links: the values that an address asks for, and one message about those that do not exist.

Streamlit's widgets ignore such a value silently, and remove it from the address.
"""

import math
from collections.abc import Mapping, Sequence

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from fp16core.images.drawings.stroke_code import MAX_CHARACTERS
from pages.shared.ui.words import plain

_ASKED, _MISSING, _DAMAGED = "link-asked", "link-missing", "link-damaged"

_TEXTS = ("bits_number", "compare", "word")
"""Parameters that may be empty, or an infinite number."""

_LONGEST = 500
"""Characters of a parameter at most; our pages write fewer."""

_LONGER = {"drawing": MAX_CHARACTERS}
"""Parameters that may be longer."""

_SHOWN = 60
"""Characters of a value that the message shows."""

Values = Sequence[str]


def begin() -> None:
    """Remember what the address asks of widgets that have not been drawn yet; called at the start of a run."""
    new = {key: st.query_params.get_all(key) for key in st.query_params if key not in st.session_state}
    st.session_state[_ASKED] = st.session_state.get(_ASKED, {}) | new


def leave_out_unusable(page: StreamlitPage) -> None:
    """Open the page without the parameters at which Streamlit's widgets fail: empty, infinite or overlong ones."""
    asked = {key: st.query_params.get_all(key) for key in st.query_params}
    usable = {key: values for key, values in asked.items() if all(_is_usable(key, value) for value in values)}
    if usable != asked:
        missing = {key: values for key, values in asked.items() if key not in usable}
        for key in _LONGER.keys() & missing.keys():
            if any(missing.pop(key)):
                damaged(key)
        miss(missing)
        st.session_state[_ASKED] = {key: values for key, values in st.session_state[_ASKED].items() if key in usable}
        st.switch_page(page, query_params=usable)


def miss(asked: Mapping[str, Values]) -> None:
    """Note parameters that ask for something that does not exist."""
    named = {key: [value for value in values if value] for key, values in asked.items()}
    st.session_state[_MISSING] = st.session_state.get(_MISSING, {}) | {key: named[key] for key in named if named[key]}


def damaged(what: str) -> None:
    """Note a part of the address that cannot be read, a code that says nothing to a reader: ``what`` it holds."""
    st.session_state[_DAMAGED] = what


def miss_if_asked(key: str, but: str | None = None) -> None:
    """As `miss`, for a parameter whose widget is not drawn because it could offer no choice, or only ``but``.

    The parameter is removed from the address, as a widget would do.
    """
    asked = st.session_state.get(_ASKED, {}).pop(key, [but])
    if asked != [but]:
        miss({key: asked})
        del st.query_params[key]


def tell() -> None:
    """Show what the address asks for and the page does not have; called at its end, with all widgets drawn."""
    for key, values in st.session_state.pop(_ASKED, {}).items():
        if key in st.session_state and (absent := _absent(values, st.session_state[key])):
            miss({key: absent})
    if what := st.session_state.pop(_DAMAGED, None):
        words = f"The {what} in this link is damaged; ask for the link again."
        st.toast(words, icon=":material/link_off:", duration="infinite")
    if missing := st.session_state.pop(_MISSING, {}):
        st.toast(_sentence(missing), icon=":material/link_off:", duration="infinite")


def _is_usable(key: str, value: str) -> bool:
    longest = _LONGER.get(key, _LONGEST)
    if len(value) > longest or key in _TEXTS:
        return len(value) <= longest
    try:
        return math.isfinite(float(value))
    except ValueError:
        return value != ""


def _sentence(missing: Mapping[str, Values]) -> str:
    asked = [f"**{plain(key)} = {plain(_shortened(value))}**" for key, values in missing.items() for value in values]
    words = " and ".join(filter(None, (", ".join(asked[:-1]), asked[-1])))
    does = "does" if len(asked) == 1 else "do"
    return f"The link asks for {words}, which {does} not exist here; you see the default instead."


def _shortened(value: str) -> str:
    return value if len(value) <= _SHOWN else f"{value[: _SHOWN - 1]}…"


def _absent(values: Values, shown: object) -> Values:
    """Values of a parameter that its widget does not have."""
    if isinstance(shown, list | tuple):
        return [value for value in values if value not in map(str, shown)]
    return [] if _is_same(values[-1], shown) else values[-1:]


def _is_same(value: str, shown: object) -> bool:
    if isinstance(shown, bool):
        return value.lower() == str(shown).lower()
    if isinstance(shown, int | float):
        try:
            return float(value) == shown
        except ValueError:
            return False
    return value == str(shown)
