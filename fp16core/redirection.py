"""Redirection of a process's standard output and error, which native code in converters and runtimes writes to."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from typing import IO, TextIO

from fp16core.temporary import temporary_named
from fp16core.vocabulary import HalfBitsError


def open_missing_streams() -> None:
    """Give a process that was started without standard streams, as services may be, those of a null device."""
    for descriptor, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            null = os.open(os.devnull, os.O_RDWR)
            if null != descriptor:
                os.dup2(null, descriptor)
                os.close(null)
            setattr(sys, name, os.fdopen(descriptor, mode, encoding="utf-8", closefd=False))


@contextlib.contextmanager
def terminal_for_results() -> Iterator[TextIO]:
    """Redirect standard output and error to a temporary file, and yield the terminal's standard error for progress.

    Messages that native code prints on standard output would corrupt a JSON document. They are shown only if the
    block ends in an error other than `HalfBitsError`.

    Raises
    ------
    OutputError
        If no temporary file can be created.
    """
    with temporary_named():
        log = tempfile.TemporaryFile()  # noqa: SIM115  # closed below
    with log, redirected_output(log) as terminal:
        yield terminal


@contextlib.contextmanager
def redirected_output(log: IO[bytes]) -> Iterator[TextIO]:
    """Redirect file descriptors 1 and 2 of the process to a file, and yield the original standard error.

    If the block ends in an error other than `HalfBitsError`, the contents of the file are written there.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    saved = [os.dup(descriptor) for descriptor in (1, 2)]
    with os.fdopen(os.dup(2), "w", buffering=1, encoding=sys.stderr.encoding, errors="replace") as terminal:
        try:
            for descriptor in (1, 2):
                os.dup2(log.fileno(), descriptor)
            yield terminal
        except (HalfBitsError, KeyboardInterrupt, SystemExit):
            raise
        except BaseException:
            log.seek(0)
            terminal.write(log.read().decode("utf-8", "replace"))
            raise
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for descriptor, original in zip((1, 2), saved, strict=True):
                os.dup2(original, descriptor)
                os.close(original)
