"""A visitor of a crowd: a session over Streamlit's WebSocket among many, each answer timed and weighed."""

import itertools
import json
import time
from dataclasses import dataclass
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.client.session import PATH, SUBPROTOCOL, Session, Widget, is_rerun


@dataclass(frozen=True)
class Rerun:
    """One run of the app's script, seen from the visitor's side.

    Attributes
    ----------
    page
        The page, by its name in the address.
    is_arrival
        True if the visitor came to the page; false if they changed something on it.
    at_s
        Time of the visitor's message, by `time.perf_counter`.
    seconds
        From the visitor's message to the end of the last message of the answer.
    size_bytes, messages
        Size and number of the messages of the answer.
    """

    page: str
    is_arrival: bool
    at_s: float
    seconds: float
    size_bytes: int
    messages: int


class Trouble(Exception):  # noqa: N818 - it ends the benchmark with a sentence
    """The app showed an exception or an error, or said something that this visitor does not understand."""


class TimedVisitor:
    """One session; `arrive` connects it.

    Parameters
    ----------
    address
        Host and port of the server.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.session = Session()
        self._socket: ClientConnection | None = None

    async def arrive(self, page: str) -> Rerun:
        """Go to a page of the app; the first call opens the session, on the app's first page if ``page`` is empty."""
        if self._socket is None:
            self._socket = await connect(
                f"ws://{self.address}{PATH}",
                subprotocols=[SUBPROTOCOL],  # type: ignore[list-item]  # a NewType of str
                compression="deflate",
                max_size=None,
                proxy=None,
                ping_interval=None,
                open_timeout=None,  # an overloaded server is measured, too
            )
            message = self.session.rerun(page)
            message.rerun_script.page_name = page
            return await self._run(message, is_arrival=True)
        if page not in self.session.pages:
            raise Trouble(f"there is no page “{page}”; there are {', '.join(self.session.pages)}")
        return await self._run(self.session.rerun(page), is_arrival=True)

    async def change(self, key: str, value: Any) -> Rerun:
        """Set the widget of that key, on the page shown."""
        session = self.session
        if (widget := session.widgets.get(key)) is None:
            raise Trouble(f"{session.page}: there is no widget “{key}”; there are {', '.join(session.widgets)}")
        message = session.rerun(session.page, [_state(widget, value)], fragment=widget.fragment)
        return await self._run(message, is_arrival=False)

    async def again(self) -> Rerun:
        """Run the page again as it is."""
        return await self._run(self.session.rerun(self.session.page), is_arrival=False)

    async def leave(self) -> None:
        """Close the session, as by closing the tab."""
        if self._socket is not None:
            await self._socket.close()

    async def _run(self, message: BackMsg, *, is_arrival: bool) -> Rerun:
        assert self._socket is not None  # noqa: S101 - for the type checker
        size = 0
        start = time.perf_counter()
        await self._socket.send(message.SerializeToString())
        for count in itertools.count(1):
            data = await self._socket.recv(decode=False)
            size += len(data)
            answer = ForwardMsg.FromString(data)
            self._check(self.session.take(answer))
            if answer.WhichOneof("type") == "script_finished" and not is_rerun(answer):
                return Rerun(self.session.page, is_arrival, start, time.perf_counter() - start, size, count)
        raise AssertionError

    def _check(self, element: Element | None) -> None:
        if element is None:
            return
        kind = element.WhichOneof("type")
        if kind == "exception":
            raise Trouble(f"{self.session.page}: {element.exception.message}")
        if kind == "alert" and element.alert.format == element.alert.ERROR:
            raise Trouble(f"{self.session.page}: {element.alert.body}")


def _state(widget: Widget, value: Any) -> WidgetState:
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
            state.json_value = json.dumps(_with_version(widget, value))
        case _:
            raise Trouble(f"the value that a browser sends for a {widget.kind} is not known here")
    return state


def _with_version(widget: Widget, value: Any) -> Any:
    """A component's value, as `pages/shared/ui/held.js` sends it where the page has told it a version."""
    data = json.loads(widget.data or "null")
    if not isinstance(data, dict) or "version" not in data:
        return value
    return {"value": {**data["values"], **value, "version": data["version"]}}
