"""The document that every page's address answers with: Streamlit's own, told where the server is, and with our title.

Without that, a browser that opens a page by its address asks for the server's services below this address first,
and its console tells of errors.
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SCRIPT = "window.__streamlit = { BACKEND_BASE_URL: new URL('.', location.href).href }"
"""Pages lie directly below the server's address, whatever that is. ``deploy/nginx`` allows this script by digest."""

_STREAMLITS_TITLE, _TITLE = b"<title>Streamlit</title>", b"<title>Half the Bits</title>"

_OF_THE_FILE = ("content-length", "etag", "last-modified", "accept-ranges")
"""Headers that describe Streamlit's file and not what becomes of it."""


class Document:
    """ASGI middleware that completes the document; all other answers pass unchanged."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _may_be_page(scope["path"]):  # Streamlit would compress it
            plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
            scope = {**scope, "headers": plain}
        begun: list[Message] = []
        body = bytearray()

        async def send_completed(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_document(message):
                begun.append(message)
            elif not begun:
                await send(message)
            else:
                body.extend(message.get("body", b""))
                if not message.get("more_body", False):
                    await _send_document(begun[0], bytes(body), send)

        await self._app(scope, receive, send_completed)


def _may_be_page(path: str) -> bool:
    return "." not in path and "/_stcore/" not in path


def _is_document(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    is_plain = "content-encoding" not in headers
    return start["status"] == 200 and is_plain and headers.get("content-type", "").startswith("text/html")


async def _send_document(start: Message, body: bytes, send: Send) -> None:
    completed = body.replace(_STREAMLITS_TITLE, _TITLE, 1)
    completed = completed.replace(b"<head>", f"<head><script>{SCRIPT}</script>".encode(), 1)
    headers = MutableHeaders(
        raw=[(name, value) for name, value in start["headers"] if name.decode() not in _OF_THE_FILE]
    )
    headers["content-length"] = str(len(completed))
    await send({**start, "headers": headers.raw})
    await send({"type": "http.response.body", "body": completed})
