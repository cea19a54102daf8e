"""A visitor without a browser: a session over Streamlit's WebSocket, and HTTP, with cookies and files."""

import contextlib
import time
import urllib.error
import urllib.request
from contextlib import ExitStack
from http.cookies import SimpleCookie
from typing import Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from benchmarks.client.session import PATH, SUBPROTOCOL, Session

PATIENCE_S = 60
XSRF = "_streamlit_xsrf"
BOUNDARY = "a-boundary-of-ours"


class Visitor:
    """Open the page as a browser does: the document, Streamlit's health, then a session.

    Parameters
    ----------
    address
        Of the server.
    forwarded_for
        Network address that a proxy would have seen, if there is a proxy.
    patience_s
        Longest wait for a page, a file or an answer.

    Attributes
    ----------
    cookies
        What a browser would keep.
    session
        State of the open session, with the elements of the page that was shown last.
    """

    def __init__(self, address: str, forwarded_for: str = "", patience_s: float = PATIENCE_S) -> None:
        self.address = address
        self._patience_s = patience_s
        self._forwarded_for = forwarded_for
        self.cookies: dict[str, str] = {}
        self.session = Session()
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
        """Open a session, or ask for the one there was, and wait until its first page is complete."""
        wanted = [SUBPROTOCOL, self.cookies[XSRF], self.session.id]
        self._connections.close()
        opening = connect(
            self.address.replace("http", "ws", 1) + PATH,
            subprotocols=[Subprotocol(entry) for entry in wanted if entry],
            additional_headers={"Cookie": self._cookie(), "Origin": self.address} | self._forwarded(),
            max_size=None,
        )
        self._socket: ClientConnection = self._connections.enter_context(opening)
        response = self._socket.response
        if response is None:
            raise ConnectionError(self.address)
        self._keep(response.headers.get_all("Set-Cookie"))
        self.show("")

    def show(self, page: str, pressed: str | None = None, query: str = "") -> None:
        """Go to a page, and wait until it is complete.

        Parameters
        ----------
        page
            Its name in the address.
        pressed
            Identity of a button to press.
        query
            Part of the address after the question mark.

        Raises
        ------
        AssertionError
            If the page shows an exception.
        """
        buttons = [] if pressed is None else [WidgetState(id=pressed, trigger_value=True)]
        self.send(self.session.rerun(page, [*self._widgets, *buttons], query=query))
        deadline = time.monotonic() + self._patience_s
        while True:
            answer = self.received(deadline)
            element = self.session.take(answer)
            if element is not None and element.WhichOneof("type") == "exception":
                raise AssertionError(f"{page or 'first page'}: {element.exception.message}")
            ended = answer.WhichOneof("type") == "script_finished"
            if ended and answer.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                return

    def send(self, message: BackMsg) -> None:
        """Send a message, without waiting for an answer."""
        self._socket.send(message.SerializeToString())

    def received(self, deadline: float) -> ForwardMsg:
        """Next message of the server; `TimeoutError` if none has come by then, on the monotonic clock."""
        data = self._socket.recv(max(0.0, deadline - time.monotonic()), decode=False)
        answer: ForwardMsg = ForwardMsg.FromString(data)
        return answer

    def close_code(self) -> int | None:
        """Wait until the server closes the session; the code that it gives, or None if the connection broke."""
        deadline = time.monotonic() + self._patience_s
        with contextlib.suppress(ConnectionClosed):
            while True:
                self.received(deadline)
        closed = self._socket.protocol.close_rcvd
        return closed.code if closed else None

    def text(self) -> str:
        """Words of the page that was shown last, without labels."""
        kinds = ("markdown", "heading", "alert")
        return "\n".join(
            getattr(element, str(element.WhichOneof("type"))).body
            for element in self.session.elements
            if element.WhichOneof("type") in kinds
        )

    def press(self, page: str, label: str) -> None:
        """Press the button of that label on a page that is shown."""
        self.show(page, pressed=next(e.button.id for e in self.session.elements if e.button.label == label))

    def clear_caches(self) -> None:
        """Ask the server to empty its caches, as a developer may in Streamlit's menu."""
        self.send(BackMsg(clear_cache=True))

    def hand_in(self, label: str, name: str, content: bytes) -> None:
        """Put a file into the uploader whose label begins so; the next page that is shown has it, and no other."""
        uploader = next(e.file_uploader.id for e in self.session.elements if e.file_uploader.label.startswith(label))
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
        """Addresses that a file of that name may be sent to."""
        message = BackMsg()
        message.file_urls_request.request_id = "one"
        message.file_urls_request.file_names.append(name)
        message.file_urls_request.session_id = self.session.id
        self.send(message)
        deadline = time.monotonic() + self._patience_s
        while True:
            answer = self.received(deadline)
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

    def _ask(self, request: urllib.request.Request) -> tuple[int, bytes]:
        request.add_header("Cookie", self._cookie())
        try:
            with urllib.request.urlopen(request, timeout=self._patience_s) as response:  # noqa: S310 - our own server
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
