"""The browser's side of Streamlit's protocol, without any connection: messages to send, and what answers leave behind.

Two clients share it: `benchmarks.client.visitor.Visitor` waits for one answer at a time and speaks HTTP as well,
`benchmarks.client.timed.TimedVisitor` is one of a crowd and times its answers.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

PATH = "/_stcore/stream"
"""Path of the WebSocket."""

SUBPROTOCOL = "streamlit"


_OLDEST = 2
"""Runs without use after which a browser forgets a message: Streamlit's ``maxCachedMessageAge``."""


@dataclass(frozen=True)
class Widget:
    """A widget as a page shows it: the identity that its value is sent with, its kind, its fragment, and its data."""

    id: str
    kind: str
    fragment: str
    data: str = ""


@dataclass
class Session:
    """State that a browser keeps of one session.

    Attributes
    ----------
    id
        Streamlit's name for the session.
    page
        Name in the address of the page shown.
    pages
        Hash of each page that the navigation shows, by its name in the address.
    elements
        Those that the last run drew, after those of runs that ended early for it.
    widgets
        Those of the page shown that have a key, by key.
    """

    id: str = ""
    page: str = ""
    pages: dict[str, str] = field(default_factory=dict)
    elements: list[Element] = field(default_factory=list)
    widgets: dict[str, Widget] = field(default_factory=dict)
    _cached: dict[str, tuple[int, ForwardMsg]] = field(default_factory=dict)
    _runs: int = 0
    _drawn_early: int = 0

    def says(self, words: str) -> bool:
        """Return whether something that the last run drew has these words in it."""
        return any(words in str(element) for element in self.elements[self._drawn_early :])

    def rerun(self, page: str, states: Iterable[WidgetState] = (), *, fragment: str = "", query: str = "") -> BackMsg:
        """Message that asks for a run of a page, or of one of its fragments.

        Parameters
        ----------
        page
            Its name in the address; empty for the first page.
        states
            Values of widgets.
        fragment
            Identity of the only part of the page to run.
        query
            Part of the address after the question mark.
        """
        message = BackMsg()
        asked = message.rerun_script
        asked.page_script_hash = self.pages.get(page, "")
        asked.query_string = query
        asked.fragment_id = fragment
        asked.widget_states.widgets.extend(states)
        asked.cached_message_hashes.extend(self._cached)
        self.page = page
        self.elements, self._drawn_early = [], 0
        if not fragment:
            self.widgets = {}
        return message

    def take(self, answer: ForwardMsg) -> Element | None:
        """Keep what a browser would keep of a message; returns the element that it draws, if it draws one."""
        kind = answer.WhichOneof("type")
        if kind == "ref_hash":
            _, answer = self._cached[answer.ref_hash]
            self._cached[answer.hash] = (self._runs, answer)
        elif answer.metadata.cacheable:
            self._cached[answer.hash] = (self._runs, answer)
        match answer.WhichOneof("type"):
            case "new_session":
                self.id = answer.new_session.initialize.session_id
            case "navigation":
                shown = (page for page in answer.navigation.app_pages if not page.is_hidden)
                self.pages = {page.url_pathname: page.page_script_hash for page in shown}
            case "script_finished" if is_rerun(answer):
                self._drawn_early = len(self.elements)
            case "script_finished":
                self._runs += 1
                self._cached = {key: kept for key, kept in self._cached.items() if self._runs - kept[0] <= _OLDEST}
            case "delta" if answer.delta.WhichOneof("type") == "new_element":
                return self._draw(answer.delta.new_element, answer.delta.fragment_id)
        return None

    def _draw(self, element: Element, fragment: str) -> Element:
        self.elements.append(element)
        kind = str(element.WhichOneof("type"))
        identity = getattr(getattr(element, kind), "id", "")
        if identity and (parts := identity.split("-", 2))[0] == "$$ID" and parts[2] != "None":
            self.widgets[parts[2]] = Widget(identity, kind, fragment, element.bidi_component.json)
        return element


def is_rerun(answer: ForwardMsg) -> bool:
    """True if a run ended early, since the script asked for another, which follows."""
    return bool(answer.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN)
