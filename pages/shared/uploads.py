"""What visitors upload, and how much of it the server's memory takes."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Protocol

from starlette.exceptions import HTTPException
from streamlit.runtime.scriptrunner import get_script_run_ctx

from fp16core.singleton import singleton
from fp16core.text import bytes_text
from fp16core.vocabulary import BusyError
from fp16core.worker.holdings import Holder, Holdings
from pages.shared import hosted

VISIT_BYTES = 100_000_000
"""What one visit may have uploaded that no page has taken yet, on a hosted server."""

SERVER_BYTES = 500_000_000
"""What all visitors' files may take, uploaded or kept, on a hosted server."""


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


@singleton
def holdings() -> Holdings:
    """What the server holds for all visitors, besides uploads that no page has taken yet."""
    return Holdings(SERVER_BYTES)


def count(holder: Holder) -> None:
    """Count what holds a visitor's files for as long as it exists."""
    holdings().add(holder)


def check_room(extra_bytes: int) -> None:
    """Raise `BusyError` if a hosted server has no memory for so much more of its visitors' files."""
    if hosted.is_hosted():
        holdings().check(extra_bytes)


def take(uploads: Iterable[Upload]) -> list[tuple[str, bytes]]:
    """Names and contents of uploads; Streamlit, which would keep them until the visit ends, lets go of them."""
    taken = [(upload.name, upload.getvalue(), upload.file_id) for upload in uploads]
    if (found := _manager()) is not None:
        manager, session_id = found
        for _, _, file_id in taken:
            manager.remove_file(session_id, file_id)
    return [(name, contents) for name, contents, _ in taken]


def bound() -> None:
    """On a hosted server, let Streamlit refuse uploads beyond `VISIT_BYTES` and `SERVER_BYTES`.

    Its own limit is one for each file: whoever does not use our pages may upload any number of them.
    """
    if (found := _manager()) is None or not hosted.is_hosted():
        return
    manager, _ = found
    if not isinstance(manager.add_file, partial):
        manager.add_file = partial(_add, manager, manager.add_file)


def _add(manager: _Manager, add: Callable[..., None], session_id: str, file: Any) -> None:
    """Called by the server's upload route, whose answer an `HTTPException` becomes."""
    new, mine = len(file.data), _held(manager, session_id)
    if mine + new > VISIT_BYTES:
        raise HTTPException(413, f"A visit may hold {bytes_text(VISIT_BYTES)} of uploads; remove some, or reload.")
    try:
        holdings().check(new + sum(_held(manager, each) for each in list(manager.file_storage)))
    except BusyError as error:
        raise HTTPException(503, str(error)) from error
    add(session_id=session_id, file=file)


def _held(manager: _Manager, session_id: str) -> int:
    return sum(len(file.data) for file in list(manager.file_storage.get(session_id, {}).values()))


def _manager() -> tuple[_Manager, str] | None:
    context = get_script_run_ctx()
    return None if context is None else (context.uploaded_file_mgr, context.session_id)  # type: ignore[return-value]
