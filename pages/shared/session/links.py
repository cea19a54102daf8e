"""What an address asks for, and one sentence, once, about what of it is not here.

Streamlit's widgets pass over such a value without a word, and take it out of the address.
"""

import math
from collections.abc import Mapping, Sequence

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from pages.shared.ui.words import plain

_ASKED, _MISSING = "link-asked", "link-missing"

_TEXTS = ("bits_number", "compare")
"""Parameters that may be empty, or a number without end."""

_LONGEST = 500
"""Characters of a parameter: more than any that our pages write."""

_SHOWN = 60
"""Characters of a value that a sentence shows."""

Values = Sequence[str]


def begin() -> None:
    """At the start of a run: remember what the address asks of widgets that have not been drawn yet."""
    new = {key: st.query_params.get_all(key) for key in st.query_params if key not in st.session_state}
    st.session_state[_ASKED] = st.session_state.get(_ASKED, {}) | new


def leave_out_unusable(page: StreamlitPage) -> None:
    """Go to the page without the parameters at which Streamlit's widgets fail: empty, infinite or endless ones."""
    asked = {key: st.query_params.get_all(key) for key in st.query_params}
    usable = {key: values for key, values in asked.items() if all(_is_usable(key, value) for value in values)}
    if usable != asked:
        missing = {key: values for key, values in asked.items() if key not in usable}
        miss(missing)
        st.session_state[_ASKED] = {key: values for key, values in st.session_state[_ASKED].items() if key in usable}
        st.switch_page(page, query_params=usable)


def miss(asked: Mapping[str, Values]) -> None:
    """Note that parameters ask for what is not here, if the address has just brought them."""
    named = {key: [value for value in values if value] for key, values in asked.items()}
    st.session_state[_MISSING] = st.session_state.get(_MISSING, {}) | {key: named[key] for key in named if named[key]}


def miss_if_asked(key: str, but: str | None = None) -> None:
    """The same of a parameter whose widget is not drawn, as it would have no choice to offer, or only ``but``.

    It is taken out of the address, as a widget would do.
    """
    asked = st.session_state.get(_ASKED, {}).pop(key, [but])
    if asked != [but]:
        miss({key: asked})
        del st.query_params[key]


def tell() -> None:
    """At the end of a page, with all widgets drawn: say what the address asks for and the page does not have."""
    for key, values in st.session_state.pop(_ASKED, {}).items():
        if key in st.session_state and (absent := _absent(values, st.session_state[key])):
            miss({key: absent})
    if missing := st.session_state.pop(_MISSING, {}):
        st.toast(_sentence(missing), icon=":material/link_off:", duration="infinite")


def _is_usable(key: str, value: str) -> bool:
    if len(value) > _LONGEST or key in _TEXTS:
        return len(value) <= _LONGEST
    try:
        return math.isfinite(float(value))
    except ValueError:
        return value != ""


def _sentence(missing: Mapping[str, Values]) -> str:
    asked = [f"**{plain(key)} = {plain(_shortened(value))}**" for key, values in missing.items() for value in values]
    words = " and ".join(filter(None, (", ".join(asked[:-1]), asked[-1])))
    return f"The link asks for {words}, which {'is' if len(asked) == 1 else 'are'} not here; you see the usual instead."


def _shortened(value: str) -> str:
    return value if len(value) <= _SHOWN else f"{value[: _SHOWN - 1]}…"


def _absent(values: Values, shown: object) -> Values:
    """Those of a parameter's values that its widget does not have."""
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
