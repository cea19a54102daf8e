"""Uploads: taken over from Streamlit, and counted in the server's memory."""

from collections.abc import Iterable
from typing import Protocol

from streamlit.runtime.scriptrunner import get_script_run_ctx

from fp16core.serving.memory_budget import Holder, MemoryBudget, Visit
from fp16core.settings import upload_bytes
from fp16core.singleton import singleton
from pages.shared.server import hosted, limits, visits

FILE_BYTES = 20_000_000
"""Largest file that a hosted server accepts."""

_VISIT_SHARE, _ADDRESS_SHARE = 0.4, 0.5
"""Shares of the memory for visitors' files on a hosted server: uploads of one visit that no page has taken yet, and
all files of the visitors from one address."""


class Upload(Protocol):
    """A file in an uploader."""

    name: str
    file_id: str

    def getvalue(self) -> bytes:
        """Return its contents."""


class _Manager(Protocol):
    """The part of Streamlit's store of uploads that is used here."""

    def remove_file(self, session_id: str, file_id: str) -> None: ...


@singleton
def memory_budget() -> MemoryBudget:
    """Budget of what the server holds for all visitors, apart from uploads that no page has taken yet."""
    most = upload_bytes()
    return MemoryBudget(most, round(most * _ADDRESS_SHARE))


def visit_bytes() -> int:
    """Limit on the uploads of one visit that no page has taken yet, on a hosted server."""
    return round(memory_budget().most_bytes * _VISIT_SHARE)


def count(holder: Holder) -> None:
    """Count what holds this visitor's files for as long as it exists."""
    memory_budget().add(holder, Visit(limits.address(), visits.presence()))


def check_room(extra_bytes: int) -> None:
    """Raise `BusyError` if a hosted server has no memory for so much more of this visitor's files."""
    if hosted.is_hosted():
        memory_budget().check(extra_bytes, limits.address())


def take(uploads: Iterable[Upload]) -> list[tuple[str, bytes]]:
    """Return names and contents of uploads, and remove them from Streamlit's store, which would keep them all visit."""
    taken = [(upload.name, upload.getvalue(), upload.file_id) for upload in uploads]
    if (found := _manager()) is not None:
        manager, session_id = found
        for _, _, file_id in taken:
            manager.remove_file(session_id, file_id)
    return [(name, contents) for name, contents, _ in taken]


def _manager() -> tuple[_Manager, str] | None:
    context = get_script_run_ctx()
    return None if context is None else (context.uploaded_file_mgr, context.session_id)  # type: ignore[return-value]
