"""A visitor without a browser, who speaks Streamlit's protocol over a WebSocket and HTTP, with cookies."""

import time
import urllib.error
import urllib.request
from contextlib import ExitStack
from http.cookies import SimpleCookie
from typing import Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

PATIENCE_S = 60
XSRF = "_streamlit_xsrf"
BOUNDARY = "a-boundary-of-ours"


class Visitor:
    """Opens the page as a browser does: the document, Streamlit's health, then a session.

    Parameters
    ----------
    address
        Of the server.
    forwarded_for
        Network address that a proxy would have seen, if there is a proxy.

    Attributes
    ----------
    cookies
        What a browser would keep.
    session_id
        Streamlit's name for the open session.
    pages
        Hash by page's name in the address, of those that the navigation shows, as the server told it.
    elements
        What the page that was shown last is made of.
    """

    def __init__(self, address: str, forwarded_for: str = "") -> None:
        self.address = address
        self._forwarded_for = forwarded_for
        self.cookies: dict[str, str] = {}
        self.session_id = ""
        self.pages: dict[str, str] = {}
        self.elements: list[Element] = []
        self._widgets: list[WidgetState] = []
        self._connections = ExitStack()
        self.get("/")
        self.get("/_stcore/health")
        self.open()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._connections.close()

    def get(self, path: str) -> tuple[int, bytes]:
        """Status and content."""
        return self._ask(urllib.request.Request(f"{self.address}{path}"))  # noqa: S310 - our own server

    def open(self) -> None:
        """Open a session, or ask for the one there was, and wait until its first page stands."""
        wanted = ["streamlit", self.cookies[XSRF], self.session_id]
        self._connections.close()
        opening = connect(
            self.address.replace("http", "ws", 1) + "/_stcore/stream",
            subprotocols=[Subprotocol(entry) for entry in wanted if entry],
            additional_headers={"Cookie": self._cookie(), "Origin": self.address} | self._forwarded(),
            max_size=None,
        )
        self._socket: ClientConnection = self._connections.enter_context(opening)
        response = self._socket.response
        assert response is not None
        self._keep(response.headers.get_all("Set-Cookie"))
        self.show("")

    def show(self, page: str, pressed: str | None = None, query: str = "") -> None:
        """Go to a page, and wait until it stands; raises if it shows an exception.

        Parameters
        ----------
        page
            Its name in the address.
        pressed
            Identity of a button to press.
        query
            What follows the question mark in the address.
        """
        message = BackMsg()
        message.rerun_script.page_script_hash = self.pages.get(page, "")
        message.rerun_script.query_string = query
        message.rerun_script.widget_states.widgets.extend(self._widgets)
        if pressed is not None:
            message.rerun_script.widget_states.widgets.add(id=pressed, trigger_value=True)
        self.elements = []
        self._socket.send(message.SerializeToString())
        deadline = time.monotonic() + PATIENCE_S
        while True:
            answer = ForwardMsg.FromString(self._received(deadline))
            kind = answer.WhichOneof("type")
            if kind == "new_session":
                self.session_id = answer.new_session.initialize.session_id
            elif kind == "navigation":
                self.pages = {
                    entry.url_pathname: entry.page_script_hash
                    for entry in answer.navigation.app_pages
                    if not entry.is_hidden
                }
            elif kind == "delta" and answer.delta.WhichOneof("type") == "new_element":
                element = answer.delta.new_element
                assert element.WhichOneof("type") != "exception", f"{page or 'first page'}: {element.exception.message}"
                self.elements.append(element)
            elif kind == "script_finished" and answer.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                return

    def text(self) -> str:
        """Words of the page that was shown last, other than labels."""
        kinds = ("markdown", "heading", "alert")
        return "\n".join(
            getattr(element, str(element.WhichOneof("type"))).body
            for element in self.elements
            if element.WhichOneof("type") in kinds
        )

    def press(self, page: str, label: str) -> None:
        """Press the button of that label on a page that stands."""
        self.show(page, pressed=next(e.button.id for e in self.elements if e.button.label == label))

    def clear_caches(self) -> None:
        """Ask the server to empty its caches, as a developer may in Streamlit's menu."""
        self._socket.send(BackMsg(clear_cache=True).SerializeToString())

    def hand_in(self, label: str, name: str, content: bytes) -> None:
        """Put a file into the uploader whose label begins so; the next page that is shown has it, and no other."""
        uploader = next(e.file_uploader.id for e in self.elements if e.file_uploader.label.startswith(label))
        urls = self._place(name)
        status = self._put(urls, name, content, self.cookies[XSRF])
        if status != 204:
            raise AssertionError(status)
        state = WidgetState(id=uploader)
        state.file_uploader_state_value.uploaded_file_info.add(
            name=name, size=len(content), file_id=urls.file_id, file_urls=urls
        )
        self._widgets = [state]

    def upload(self, content: bytes, token: str | None = None) -> int:
        """Status of sending a file to the open session; ``token`` replaces the one against forged requests."""
        return self._put(self._place("digit.png"), "digit.png", content, self.cookies[XSRF] if token is None else token)

    def _place(self, name: str) -> FileURLs:
        """Where a file may be sent."""
        message = BackMsg()
        message.file_urls_request.request_id = "one"
        message.file_urls_request.file_names.append(name)
        message.file_urls_request.session_id = self.session_id
        self._socket.send(message.SerializeToString())
        deadline = time.monotonic() + PATIENCE_S
        while True:
            answer = ForwardMsg.FromString(self._received(deadline))
            if answer.WhichOneof("type") == "file_urls_response":
                urls: FileURLs = answer.file_urls_response.file_urls[0]
                return urls

    def _put(self, urls: FileURLs, name: str, content: bytes, token: str) -> int:
        part = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n\r\n'
        request = urllib.request.Request(  # noqa: S310 - our own server
            self.address + urls.upload_url,
            data=part.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode(),
            headers={"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "X-Xsrftoken": token},
            method="PUT",
        )
        return self._ask(request)[0]

    def _received(self, deadline: float) -> bytes:
        data = self._socket.recv(timeout=max(0.0, deadline - time.monotonic()))
        assert isinstance(data, bytes)
        return data

    def _ask(self, request: urllib.request.Request) -> tuple[int, bytes]:
        request.add_header("Cookie", self._cookie())
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as response:  # noqa: S310 - our own server
                self._keep(response.headers.get_all("Set-Cookie"))
                return int(response.status), response.read()
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, refusal.read()

    def _keep(self, headers: list[str] | None) -> None:
        for header in headers or []:
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(header).items()}

    def _forwarded(self) -> dict[str, str]:
        return {"X-Forwarded-For": self._forwarded_for} if self._forwarded_for else {}

    def _cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())
