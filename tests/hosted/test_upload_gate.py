"""Limits on uploads: what is refused before Streamlit receives it, and what counts while it arrives."""

import asyncio
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any, TypeVar

import pytest
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope, Send

from pages.shared.server import upload_gate, upload_limits, visits
from pages.shared.server.upload_gate import UploadGate

pytestmark = pytest.mark.usefixtures("cold_caches")

T = TypeVar("T")


class Store:
    """Streamlit's store of uploads, as far as the limits need it."""

    def __init__(self) -> None:
        self.file_storage: dict[str, dict[str, Any]] = {}

    def remove_session_files(self, session_id: str) -> None:
        """Remove all uploads of a session."""
        del self.file_storage[session_id]


class Server:
    """The limits in front of an application that stores whatever arrives."""

    def __init__(self) -> None:
        self.store = Store()
        self.received: list[int] = []
        self.limits = UploadGate(self._application)

    async def _application(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, more = b"", True
        status = 204
        try:
            while more:
                message = await receive()
                body += message["body"]
                more = message["more_body"]
            session_id = scope["path"].split("/")[-2]
            files = self.store.file_storage.setdefault(session_id, {})
            files[str(len(files))] = SimpleNamespace(data=body)
            self.received.append(len(body))
        except HTTPException as refusal:  # as Starlette does
            status, body = refusal.status_code, refusal.detail.encode()
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": body})

    async def put(
        self,
        session_id: str,
        parts: list[int],
        declared: int | None = None,
        address: str = "8.8.8.8",
        pause: asyncio.Event | None = None,
    ) -> tuple[int, str]:
        """Status and text of the answer to an upload in parts of these sizes; ``pause`` ends before the last one."""
        waiting = [bytes(size) for size in parts]
        sent: list[Message] = []

        async def receive() -> Message:
            if pause is not None and len(waiting) == 1:
                await pause.wait()
            body = waiting.pop(0)
            return {"type": "http.request", "body": body, "more_body": bool(waiting)}

        async def send(message: Message) -> None:
            sent.append(message)

        length = [] if declared is None else [(b"content-length", str(declared).encode())]
        scope: Scope = {
            "type": "http",
            "method": "PUT",
            "path": f"/_stcore/upload_file/{session_id}/file",
            "headers": length,
            "client": (address, 1),
        }
        await self.limits(scope, receive, send)
        return sent[0]["status"], sent[1]["body"].decode()

    def ask(self, session_id: str, size: int, address: str = "8.8.8.8") -> tuple[int, str]:
        """Answer to an ordinary upload."""
        return answered(self.put(session_id, [size], size, address))


def answered(question: Coroutine[Any, Any, T]) -> T:
    """Outcome of a coroutine, in a thread of its own: a browser's driver keeps a loop running in the tests' thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, question).result()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server for 1,000 bytes of files in all, 500 for each address, and 400 for each visit."""
    monkeypatch.setenv("HALFBITS_HOSTED", "1")
    monkeypatch.setattr(upload_limits, "upload_bytes", lambda: 1_000)
    monkeypatch.setattr(visits, "is_present", lambda session_id: session_id != "away")
    found = Server()
    monkeypatch.setattr(upload_gate, "streamlit_store", lambda: found.store)
    yield found
    assert not found.limits._arriving, "nothing counts as arriving once it is answered"


def test_a_visit_and_an_address_have_their_bounds(server: Server) -> None:
    assert server.ask("one", 300)[0] == 204
    assert server.ask("one", 101) == (413, "A visit may hold 400 B of uploads; remove some, or reload.")
    assert server.ask("one", 100)[0] == 204
    status, words = server.ask("other", 101)
    assert status == 503
    assert words.startswith("The server holds 400 B of files from your network address, and takes 500 B from each")
    assert server.ask("elsewhere", 101, "9.9.9.9")[0] == 204
    assert server.received == [300, 100, 101], "what was refused was not received"


def test_what_a_broken_connection_left_waits_until_others_need_the_room(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr(visits, "is_present", lambda _session_id: True)
        assert server.ask("away", 400, "1.1.1.1")[0] == 204
    assert server.ask("here", 300, "2.2.2.2")[0] == 204
    assert server.ask("new", 250, "3.3.3.3")[0] == 204
    assert {*server.store.file_storage} == {"away", "here", "new"}
    assert server.ask("new", 150, "3.3.3.3")[0] == 204
    assert {*server.store.file_storage} == {"here", "new"}
    assert server.ask("more", 300, "4.4.4.4")[0] == 204
    status, words = server.ask("last", 100, "5.5.5.5")
    assert status == 503
    assert "of its visitors' files" in words


def test_an_upload_counts_while_it_arrives(server: Server) -> None:
    """Ten at once have no more room than ten one after another."""

    async def together() -> list[int]:
        pause = asyncio.Event()
        slow = asyncio.create_task(server.put("one", [1, 299], 300, pause=pause))
        await asyncio.sleep(0)
        meanwhile = [(await server.put("one", [size], size))[0] for size in (150, 100)]
        pause.set()
        return [*meanwhile, (await slow)[0]]

    assert answered(together()) == [413, 204, 204]


@pytest.mark.parametrize("declared", [None, 10])
def test_a_length_that_is_absent_or_wrong_helps_nobody(declared: int | None, server: Server) -> None:
    status, words = answered(server.put("one", [150, 150, 150], declared))
    assert status == 413
    assert words.startswith("A visit may hold 400 B")
    assert not server.store.file_storage
    assert answered(server.put("one", [150, 150], declared))[0] == 204


def test_a_large_file_is_refused_by_its_size_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALFBITS_HOSTED", "1")
    found = Server()
    monkeypatch.setattr(upload_gate, "streamlit_store", lambda: found.store)
    assert found.ask("one", 25_003_000) == (413, "25 MB is the most that a file may have.")
    assert found.ask("one", 25_000_500)[0] == 204, "a file of 25 MB with its name and boundaries"


def test_at_home_and_for_closed_visits_requests_pass_untouched(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit itself refuses what comes for a visit that it does not know."""
    assert server.ask("away", 5_000)[0] == 204
    monkeypatch.setenv("HALFBITS_HOSTED", "0")
    assert server.ask("one", 5_000)[0] == 204
