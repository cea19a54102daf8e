"""The gate that uploads to a hosted server pass before Streamlit receives them."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any, Protocol

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import runtime

from fp16core.serving.rate_limit import visitor_address
from fp16core.text import size_text
from fp16core.vocabulary import BusyError
from pages.shared.server import hosted, upload_limits, visits

_FRAMING_BYTES = 2_000
"""Allowance for what a request carries beyond the file: boundaries, name, type."""

_DRAINED_BYTES = 2 * upload_limits.FILE_BYTES
"""Largest refused request that is read to its end, and discarded: a client that is cut off while it sends may never
read the answer."""

_LOOPBACK = ("127.0.0.1", "::1")
"""Peers that Streamlit knows no address of, either."""

_PATH = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+\Z")


class Store(Protocol):
    """The part of Streamlit's store of uploads that is used here."""

    file_storage: dict[str, dict[str, Any]]

    def remove_session_files(self, session_id: str) -> None:
        """Remove all uploads of a session."""


def streamlit_store() -> Store:
    """Return the store of the running server."""
    return runtime.get_instance().uploaded_file_mgr  # type: ignore[return-value]


@dataclass(eq=False)
class _Upload:
    """An upload that is being received; ``size_bytes`` is what counts for it."""

    session_id: str
    address: str
    size_bytes: int = 0


class UploadGate:
    """ASGI middleware that refuses uploads beyond what a file, a visit, an address and all visitors may hold.

    Streamlit's own limit is one for each file: a client other than our pages may upload any number of them. An
    upload counts from its first byte with the length that it declares, or with what has been received of it if
    that is more or nothing is declared. Refused uploads are answered with status 413, or with 503 where the room
    is taken by others.

    Parameters
    ----------
    app
        The application behind it, which stores the uploads.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._arriving: list[_Upload] = []
        self._addresses: dict[str, str] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request; all but uploads of open sessions pass unchanged, as Streamlit refuses the others itself."""
        session_id = _session_of(scope)
        if session_id is None or not hosted.is_hosted() or not visits.is_present(session_id):
            await self._app(scope, receive, send)
            return
        request = HTTPConnection(scope)
        peer = None if request.client is None or request.client.host in _LOOPBACK else request.client.host
        upload = _Upload(session_id, visitor_address(peer, request.headers.getlist("X-Forwarded-For")))
        declared = request.headers.get("content-length", "")
        received_bytes = 0

        async def counted() -> Message:
            nonlocal received_bytes
            message = await receive()
            received_bytes += len(message.get("body", b""))
            if received_bytes > upload.size_bytes:
                self._admit(upload, received_bytes)
            return message

        async def answered(message: Message) -> None:
            self._arrived(upload)  # it is in the store by now, and counts there
            await send(message)

        try:
            self._admit(upload, int(declared) if declared.isdecimal() else 0)
        except HTTPException as refusal:
            await _drain(receive, declared)
            await PlainTextResponse(refusal.detail, refusal.status_code)(scope, receive, send)
            return
        try:
            await self._app(scope, counted, answered)
        finally:
            self._arrived(upload)

    def _admit(self, upload: _Upload, size_bytes: int) -> None:
        """Let an upload count with a size; raise `HTTPException` with its status if there is no room for that."""
        store = streamlit_store()
        self._arrived(upload)
        if size_bytes > upload_limits.FILE_BYTES + _FRAMING_BYTES:
            raise HTTPException(413, f"{size_text(upload_limits.FILE_BYTES)} is the most that a file may have.")
        arriving = sum(other.size_bytes for other in self._arriving if other.session_id == upload.session_id)
        if _held(store, upload.session_id) + arriving + size_bytes > upload_limits.visit_bytes():
            most = size_text(upload_limits.visit_bytes())
            raise HTTPException(413, f"A visit may hold {most} of uploads; remove some, or reload.")
        try:
            upload_limits.memory_budget().check(size_bytes, upload.address, self._waiting(store))
        except BusyError:
            for session_id in list(store.file_storage):
                if not visits.is_present(session_id):
                    store.remove_session_files(session_id)
            try:
                upload_limits.memory_budget().check(size_bytes, upload.address, self._waiting(store))
            except BusyError as error:
                raise HTTPException(503, str(error)) from error
        upload.size_bytes = size_bytes
        self._arriving.append(upload)
        self._addresses[upload.session_id] = upload.address

    def _arrived(self, upload: _Upload) -> None:
        if upload in self._arriving:
            self._arriving.remove(upload)

    def _waiting(self, store: Store) -> dict[str, int]:
        """Bytes by address that arrive, or that no page has taken yet."""
        sessions = {*store.file_storage, *(upload.session_id for upload in self._arriving)}
        self._addresses = {known: address for known, address in self._addresses.items() if known in sessions}
        waiting: Counter[str] = Counter()
        for session_id in list(store.file_storage):
            waiting[self._addresses.get(session_id, "unknown")] += _held(store, session_id)
        for upload in self._arriving:
            waiting[upload.address] += upload.size_bytes
        return waiting


def _session_of(scope: Scope) -> str | None:
    """Return the session that a request uploads a file to, if it does."""
    if scope["type"] != "http" or scope["method"] != "PUT":
        return None
    found = _PATH.search(scope["path"])
    return None if found is None else found[1]


async def _drain(receive: Receive, declared: str) -> None:
    if declared.isdecimal() and int(declared) <= _DRAINED_BYTES:
        while (message := await receive())["type"] == "http.request" and message.get("more_body", False):
            pass


def _held(store: Store, session_id: str) -> int:
    return sum(len(file.data) for file in list(store.file_storage.get(session_id, {}).values()))
