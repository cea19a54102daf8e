"""Values of controls that live in the browser, kept in the session and in the address."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from pages.shared.address import links, parameter
from pages.shared.ui.live_slider import taken


@dataclass(frozen=True)
class Live:
    """A component with values that the visitor moves.

    Attributes
    ----------
    key
        The component's key.
    allowed
        By the name of a parameter of the address: its values, by their texts in the address.
    usual
        By the same names: the defaults, which the address leaves out.
    """

    key: str
    allowed: Mapping[str, Mapping[str, int]]
    usual: Mapping[str, int]

    def values(self) -> dict[str, int]:
        """Values in force: of a link or a step of *Back*, else as the browser or `set_to` has set them last."""
        now = {name: st.session_state.get(name, value) for name, value in self.usual.items()}
        now |= taken(self.key, self.version, {name: texts.values() for name, texts in self.allowed.items()}) or {}
        if asked := {name: st.query_params.get(name) for name in self.usual if parameter.is_asked(name)}:
            self.set_to({**now, **{name: self._number(name, text) for name, text in asked.items()}})
            now = {name: st.session_state[name] for name in self.usual}
        for name, value in now.items():
            st.session_state[name] = value
            text = next((text for text, number in self.allowed[name].items() if number == value), None)
            parameter.write(name, None if value == self.usual[name] else text)
        return now

    def set_to(self, values: Mapping[str, int]) -> None:
        """Set the control, whatever the browser has sent until now."""
        st.session_state.update(values)
        st.session_state[self._version] = secrets.token_hex(4)

    @property
    def version(self) -> str:
        """Text that tells the browser whether it knows the values."""
        version: str = st.session_state.setdefault(self._version, secrets.token_hex(4))
        return version

    @property
    def _version(self) -> str:
        return f"{self.key}-version"

    def _number(self, name: str, text: str | None) -> int:
        if text is None:
            return self.usual[name]
        if text not in self.allowed[name]:
            links.miss({name: [text]})
        return self.allowed[name].get(text, self.usual[name])


def numbers(values: range) -> dict[str, int]:
    """Values of a parameter that are numbers, by their texts."""
    return {str(value): value for value in values}


SWITCH = {"false": False, "true": True}
"""Values of a parameter that is on or off."""
