"""The document of every page: completed for the browser, and nothing else changed."""

import asyncio
import base64
import gzip
import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from pages.shared.server.document import SCRIPT, Document
from tests.helpers.places import ROOT

HTML = b"<html><head><title>Streamlit</title></head><body></body></html>"


def answer(path: str, body: bytes, content_type: str, accepts: bytes = b"gzip") -> tuple[dict[str, str], bytes]:
    """Headers and body that a browser gets from a server that compresses whatever it may, in two pieces."""
    got: list[Message] = []

    async def server(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 - ASGI's parameters
        packed = b"gzip" in dict(scope["headers"]).get(b"accept-encoding", b"")
        content = gzip.compress(body) if packed else body
        headers = [(b"content-type", content_type.encode()), (b"content-length", str(len(content)).encode())]
        headers += [(b"etag", b'"1"')] + ([(b"content-encoding", b"gzip")] if packed else [])
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": content[:10], "more_body": True})
        await send({"type": "http.response.body", "body": content[10:]})

    async def receive() -> Message:
        raise AssertionError("nothing is sent to the server")

    async def send(message: Message) -> None:
        got.append(message)

    scope: dict[str, Any] = {"type": "http", "method": "GET", "path": path, "headers": [(b"accept-encoding", accepts)]}
    with ThreadPoolExecutor(1) as pool:  # a browser that other tests drive has an event loop in this thread
        pool.submit(asyncio.run, Document(server)(scope, receive, send)).result()
    headers = {name.decode(): value.decode() for name, value in got[0]["headers"]}
    return headers, b"".join(message["body"] for message in got[1:])


@pytest.mark.parametrize("path", ["/", "/digits", "/below/a/prefix/layers"])
def test_a_page_is_told_where_the_server_is_and_has_our_title(path: str) -> None:
    headers, body = answer(path, HTML, "text/html; charset=utf-8")
    title = "<title>Half the Bits</title>"
    assert body.decode() == f"<html><head><script>{SCRIPT}</script>{title}</head><body></body></html>"
    assert headers["content-length"] == str(len(body))
    assert "etag" not in headers, "it would be that of the file"


@pytest.mark.parametrize(
    ("path", "content_type"), [("/static/js/index.js", "text/javascript"), ("/_stcore/health", "text/plain")]
)
def test_all_else_passes_unchanged(path: str, content_type: str) -> None:
    headers, body = answer(path, HTML, content_type)
    assert gzip.decompress(body) == HTML
    assert headers == {
        "content-type": content_type,
        "content-length": str(len(body)),
        "etag": '"1"',
        "content-encoding": "gzip",
    }


def test_the_proxy_allows_this_script_and_no_other_of_ours() -> None:
    digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in (ROOT / "deploy" / "nginx" / "http.conf").read_text()
