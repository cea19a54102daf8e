"""Clear errors where no temporary file can be created."""

import contextlib
from collections.abc import Iterator

from fp16core.system.files import TEMPORARY_REMEDY
from fp16core.vocabulary import OutputError


@contextlib.contextmanager
def temporary_named() -> Iterator[None]:
    """Turn an `OSError` from creating a temporary file or folder into an `OutputError` that gives the remedy."""
    try:
        yield
    except OSError as error:
        raise OutputError(f"No temporary file can be created ({error.strerror}); {TEMPORARY_REMEDY}") from error
