"""Clear errors where no temporary file can be created."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator

from fp16core.system.files import TEMPORARY_REMEDY
from fp16core.vocabulary import OutputError

_LEAST_BYTES = 1_000_000
"""Room below which a library may fail to write a temporary file, and say anything but that."""


def check_temporary_room() -> None:
    """Raise `OutputError` if the disk of temporary files is full; for errors of libraries that do not tell."""
    folder = tempfile.gettempdir()
    if shutil.disk_usage(folder).free < _LEAST_BYTES:
        raise OutputError(f"The disk of temporary files, {folder}, is full; free some space, or set TMPDIR to another.")


@contextlib.contextmanager
def temporary_named() -> Iterator[None]:
    """Turn an `OSError` from creating a temporary file or folder into an `OutputError` that gives the remedy."""
    try:
        yield
    except OSError as error:
        raise OutputError(f"No temporary file can be created ({error.strerror}); {TEMPORARY_REMEDY}") from error
