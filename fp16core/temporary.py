"""Temporary files, where there is a folder for them."""

import contextlib
from collections.abc import Iterator

from fp16core.vocabulary import OutputError


@contextlib.contextmanager
def temporary_named() -> Iterator[None]:
    """A block that makes a temporary file or folder; raises `OutputError` with the remedy if none can be made."""
    try:
        yield
    except OSError as error:
        raise OutputError(
            f"No temporary file can be made ({error.strerror}); make /tmp writable, or name a folder that is in TMPDIR."
        ) from error
