"""Uploads: taken over from Streamlit, and counted in the server's memory."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from streamlit.runtime.scriptrunner import get_script_run_ctx

from fp16core.serving.memory_budget import Holder, Visit
from fp16core.tflite.model_file import ModelFile
from pages.shared.server import hosted, rate_limits, upload_limits, visits


class Upload(Protocol):
    """A file in an uploader."""

    name: str
    file_id: str

    def getvalue(self) -> bytes:
        """Return its contents."""


class _Manager(Protocol):
    """The part of Streamlit's store of uploads that is used here."""

    def remove_file(self, session_id: str, file_id: str) -> None: ...


def count(holder: Holder) -> None:
    """Count what holds this visitor's files for as long as it exists."""
    upload_limits.memory_budget().add(holder, Visit(rate_limits.address(), visits.presence()))


def check_room(extra_bytes: int) -> None:
    """Raise `BusyError` if a hosted server has no memory for so much more of this visitor's files."""
    if hosted.is_hosted():
        upload_limits.memory_budget().check(extra_bytes, rate_limits.address())


def take(uploads: Iterable[Upload]) -> list[tuple[str, bytes]]:
    """Return names and contents of uploads, and remove them from Streamlit's store, which would keep them all visit."""
    taken = [(upload.name, upload.getvalue(), upload.file_id) for upload in uploads]
    if (found := _manager()) is not None:
        manager, session_id = found
        for _, _, file_id in taken:
            manager.remove_file(session_id, file_id)
    return [(name, contents) for name, contents, _ in taken]


def take_named(given_files: Sequence[Upload]) -> tuple[ModelFile, ...]:
    """Take uploads; return files with names that can be shown and told apart."""
    taken = take(given_files)
    names: list[str] = []
    for given, _ in taken:
        name = "".join(sign for sign in given if sign.isprintable())[-60:] or "unnamed"
        names.append(f"second {name}" if name in names else name)
    return tuple(ModelFile(contents, name) for name, (_, contents) in zip(names, taken, strict=True))


def _manager() -> tuple[_Manager, str] | None:
    context = get_script_run_ctx()
    return None if context is None else (context.uploaded_file_mgr, context.session_id)  # type: ignore[return-value]
