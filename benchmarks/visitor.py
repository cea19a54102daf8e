"""A visitor of a Streamlit app without a browser: a session over its WebSocket, in Streamlit's own messages.

Does what the browser does: keeps large messages and tells the server so, follows the app's
navigation, and sends back the widget that was changed, with the fragment it belongs to.
"""

import itertools
import json
import time
from dataclasses import dataclass, field
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

_AGAIN = ForwardMsg.FINISHED_EARLY_FOR_RERUN
_OLDEST = 2
"""After how many runs without use a browser forgets a message: Streamlit's ``maxCachedMessageAge``."""


@dataclass(frozen=True)
class Rerun:
    """What one run of the app's script looked like from the visitor's side.

    Attributes
    ----------
    page
        The page, by its path in the address.
    is_arrival
        Whether the visitor came to the page, and did not change something on it.
    at_s
        When the visitor asked, by `time.perf_counter`.
    seconds
        From the visitor's message to the end of the last message of the answer.
    size_bytes, messages
        What came in answer.
    """

    page: str
    is_arrival: bool
    at_s: float
    seconds: float
    size_bytes: int
    messages: int


class Trouble(Exception):  # noqa: N818 - it ends the benchmark with a sentence
    """The app showed an exception or an error, or said something that this visitor does not understand."""


@dataclass(frozen=True)
class _Widget:
    id: str
    kind: str
    fragment: str


@dataclass
class Visitor:
    """One session; `arrive` connects it."""

    address: str
    page: str = ""
    widgets: dict[str, _Widget] = field(default_factory=dict)
    charts: int = 0
    """Charts that the last run drew."""
    _socket: ClientConnection | None = None
    _hashes: dict[str, str] = field(default_factory=dict)
    _cached: dict[str, tuple[int, ForwardMsg]] = field(default_factory=dict)
    _runs: int = 0

    async def arrive(self, page: str) -> Rerun:
        """Go to a page of the app; the first call opens the session, on the app's first page if ``page`` is empty."""
        message = BackMsg()
        if self._socket is None:
            self._socket = await connect(
                f"ws://{self.address}/_stcore/stream",
                subprotocols=["streamlit"],  # type: ignore[list-item]  # a NewType of str
                compression="deflate",
                max_size=None,
                proxy=None,
                ping_interval=None,
                open_timeout=None,  # an overloaded server is measured, too
            )
            message.rerun_script.page_name = page
        else:
            if page not in self._hashes:
                raise Trouble(f"there is no page “{page}”; there are {', '.join(self._hashes)}")
            message.rerun_script.page_script_hash = self._hashes[page]
        self.page = page
        return await self._run(message, is_arrival=True)

    async def change(self, key: str, value: Any) -> Rerun:
        """Set the widget of that key, on the page shown."""
        if (widget := self.widgets.get(key)) is None:
            raise Trouble(f"{self.page}: there is no widget “{key}”; there are {', '.join(self.widgets)}")
        message = BackMsg()
        message.rerun_script.widget_states.widgets.append(_state(widget, value))
        message.rerun_script.fragment_id = widget.fragment
        return await self._run(message, is_arrival=False)

    async def again(self) -> Rerun:
        """Run the page again as it is."""
        return await self._run(BackMsg(), is_arrival=False)

    async def leave(self) -> None:
        """Close the session, as by closing the tab."""
        if self._socket is not None:
            await self._socket.close()

    async def _run(self, message: BackMsg, *, is_arrival: bool) -> Rerun:
        assert self._socket is not None  # noqa: S101 - for the type checker
        state = message.rerun_script
        if not state.page_script_hash:
            state.page_script_hash = self._hashes.get(self.page, "")
        state.cached_message_hashes.extend(self._cached)
        if not state.fragment_id:
            self.widgets = {}
        size, charts = 0, 0
        start = time.perf_counter()
        await self._socket.send(message.SerializeToString())
        for count in itertools.count(1):
            data = await self._socket.recv(decode=False)
            size += len(data)
            answer = ForwardMsg.FromString(data)
            kind = answer.WhichOneof("type")
            if kind == "script_finished":
                if answer.script_finished == _AGAIN:
                    charts = 0
                    continue
                self.charts, seconds = charts, time.perf_counter() - start
                self._forget_old()
                return Rerun(self.page, is_arrival, start, seconds, size, count)
            charts += self._take(answer, kind)
        raise AssertionError

    def _take(self, answer: ForwardMsg, kind: str | None) -> int:
        """Remember what a browser would; returns how many charts it is."""
        if kind == "ref_hash":
            _, answer = self._cached[answer.ref_hash]
            self._cached[answer.hash] = (self._runs, answer)
        elif answer.metadata.cacheable:
            self._cached[answer.hash] = (self._runs, answer)
        if kind == "navigation":
            self._hashes = {
                "" if page.is_default else page.url_pathname: page.page_script_hash
                for page in answer.navigation.app_pages
            }
        element = answer.delta.new_element
        shown = element.WhichOneof("type")
        if shown is None:
            return 0
        what = getattr(element, shown)
        if shown == "exception" or (shown == "alert" and what.format == what.ERROR):
            raise Trouble(f"{self.page}: {getattr(what, 'message', '') or what.body}")
        if hasattr(what, "id") and (parts := what.id.split("-", 2))[0] == "$$ID" and parts[2] != "None":
            self.widgets[parts[2]] = _Widget(what.id, shown, answer.delta.fragment_id)
        return int(shown in ("plotly_chart", "vega_lite_chart"))

    def _forget_old(self) -> None:
        self._runs += 1
        self._cached = {key: kept for key, kept in self._cached.items() if self._runs - kept[0] <= _OLDEST}


def _state(widget: _Widget, value: Any) -> WidgetState:
    state = WidgetState(id=widget.id)
    match widget.kind:
        case "number_input":
            state.double_value = value
        case "slider":
            state.double_array_value.data.append(value)
        case "button_group":
            state.string_array_value.data.append(value)
        case "checkbox":
            state.bool_value = value
        case "button":
            state.trigger_value = True
        case "selectbox" | "text_input":
            state.string_value = value
        case "pagination":
            state.int_value = value
        case "bidi_component":
            state.json_value = json.dumps(value)
        case _:
            raise Trouble(f"what a browser sends for a {widget.kind} is not known here")
    return state
