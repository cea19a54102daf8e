"""Log of a training run, and other traces that the work of TensorFlow leaves."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from fp16core.redirection import redirected_output
from fp16core.text import names_only


@contextlib.contextmanager
def run_log(path: Path) -> Iterator[Callable[[str], None]]:
    """Write all that is printed into a file; the block gets a function that adds a line with the time."""
    with path.open("w+b", buffering=0) as file, redirected_output(file):

        def note(text: str) -> None:
            file.write(f"{timestamp()} {text}\n".encode())

        yield note


def remove_paths(log: Path) -> None:
    """Remove the server's folders from a log, as a run is made to be passed on."""
    text = log.read_bytes().decode("utf-8", "replace")
    log.write_bytes(names_only(text, [str(log.parent), sys.prefix]).encode())


@contextlib.contextmanager
def temporary_files_in(folder: Path) -> Iterator[None]:
    """Keep the converter's temporary files in a folder, so that a killed process leaves none anywhere else."""
    usual = tempfile.tempdir
    with tempfile.TemporaryDirectory(dir=folder) as tempfile.tempdir:
        try:
            yield
        finally:
            tempfile.tempdir = usual


@contextlib.contextmanager
def discard_prints() -> Iterator[None]:
    """Discard all that is printed in the block."""
    with Path(os.devnull).open("w+b") as nowhere, redirected_output(nowhere):
        yield


def timestamp() -> str:
    """Return the time, UTC, to the second, in ISO format."""
    return datetime.now(UTC).isoformat(timespec="seconds")
