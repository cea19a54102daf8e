"""What visitors upload, and how much of it the server's memory takes."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Protocol

from starlette.exceptions import HTTPException
from streamlit.runtime.scriptrunner import get_script_run_ctx

from fp16core.serving.memory_budget import Holder, MemoryBudget, Visit
from fp16core.settings import upload_bytes
from fp16core.singleton import singleton
from fp16core.text import size_text
from fp16core.vocabulary import BusyError
from pages.shared.server import hosted, limits, visits

FILE_BYTES = 20_000_000
"""The largest file that a hosted server takes."""

_VISIT_SHARE, _ADDRESS_SHARE = 0.4, 0.5
"""Of what all visitors' files may take on a hosted server: what one visit may have uploaded that no page has taken
yet, and what the visitors from one address may have."""

_MOST_SESSIONS = 1_000


class Upload(Protocol):
    """A file in an uploader."""

    name: str
    file_id: str

    def getvalue(self) -> bytes:
        """Its contents."""


class _Manager(Protocol):
    """The part of Streamlit's store of uploads that is used here."""

    file_storage: dict[str, dict[str, Any]]
    add_file: Callable[..., None]

    def remove_file(self, session_id: str, file_id: str) -> None: ...

    def remove_session_files(self, session_id: str) -> None: ...


@singleton
def holdings() -> MemoryBudget:
    """What the server holds for all visitors, besides uploads that no page has taken yet."""
    most = upload_bytes()
    return MemoryBudget(most, round(most * _ADDRESS_SHARE))


def visit_bytes() -> int:
    """What one visit may have uploaded that no page has taken yet, on a hosted server."""
    return round(holdings().most_bytes * _VISIT_SHARE)


def count(holder: Holder) -> None:
    """Count what holds this visitor's files for as long as it exists."""
    holdings().add(holder, Visit(limits.address(), visits.presence()))


def check_room(extra_bytes: int) -> None:
    """Raise `BusyError` if a hosted server has no memory for so much more of this visitor's files."""
    if hosted.is_hosted():
        holdings().check(extra_bytes, limits.address())


def take(uploads: Iterable[Upload]) -> list[tuple[str, bytes]]:
    """Names and contents of uploads; Streamlit, which would keep them until the visit ends, lets go of them."""
    taken = [(upload.name, upload.getvalue(), upload.file_id) for upload in uploads]
    if (found := _manager()) is not None:
        manager, session_id = found
        for _, _, file_id in taken:
            manager.remove_file(session_id, file_id)
    return [(name, contents) for name, contents, _ in taken]


def bound() -> None:
    """On a hosted server, let Streamlit refuse uploads beyond what a file, a visit, an address and all may take.

    Its own limit is one for each file: whoever does not use our pages may upload any number of them.
    """
    if (found := _manager()) is None or not hosted.is_hosted():
        return
    manager, session_id = found
    _note_address(session_id)
    if not isinstance(manager.add_file, partial):
        manager.add_file = partial(_add, manager, manager.add_file)


@singleton
def _addresses() -> dict[str, str]:
    """By session: Streamlit's store of uploads knows no more of a visitor."""
    return {}


def _note_address(session_id: str) -> None:
    addresses = _addresses()
    addresses[session_id] = limits.address()
    if len(addresses) > _MOST_SESSIONS:
        for known in list(addresses):
            if not visits.is_present(known):
                addresses.pop(known, None)


def _add(manager: _Manager, add: Callable[..., None], session_id: str, file: Any) -> None:
    """Called by the server's upload route, whose answer an `HTTPException` becomes."""
    new, mine = len(file.data), _held(manager, session_id)
    if new > FILE_BYTES:
        raise HTTPException(413, f"{size_text(FILE_BYTES)} is the most that a file may have.")
    if mine + new > visit_bytes():
        raise HTTPException(413, f"A visit may hold {size_text(visit_bytes())} of uploads; remove some, or reload.")
    address = _address(session_id)
    try:
        holdings().check(new, address, _waiting(manager))
    except BusyError:
        for each in list(manager.file_storage):
            if not visits.is_present(each):
                manager.remove_session_files(each)
        try:
            holdings().check(new, address, _waiting(manager))
        except BusyError as error:
            raise HTTPException(503, str(error)) from error
    add(session_id=session_id, file=file)


def _address(session_id: str) -> str:
    return _addresses().get(session_id, "unknown")


def _waiting(manager: _Manager) -> dict[str, int]:
    """Bytes by address that no page has taken yet."""
    waiting: dict[str, int] = {}
    for each in list(manager.file_storage):
        waiting[_address(each)] = waiting.get(_address(each), 0) + _held(manager, each)
    return waiting


def _held(manager: _Manager, session_id: str) -> int:
    return sum(len(file.data) for file in list(manager.file_storage.get(session_id, {}).values()))


def _manager() -> tuple[_Manager, str] | None:
    context = get_script_run_ctx()
    return None if context is None else (context.uploaded_file_mgr, context.session_id)  # type: ignore[return-value]
