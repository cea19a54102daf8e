"""Log of LiteRT's GPU accelerator in this process, and the adapter that it named."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from fp16core.redirection import redirected_output
from fp16core.runtime.gpu_log import Adapter, selected_adapter
from fp16core.system.files import read_at
from fp16core.temporary import temporary_named

_LOG_BYTES = 2_000_000
"""Most that is read of a log: what is sought comes early."""

_named: list[Adapter] = []
"""Adapters that were named in this process: LiteRT names one once in the life of a process."""


@contextmanager
def gpu_log() -> Iterator[Callable[[], str]]:
    """Divert what LiteRT and the driver print, and yield a function that reads it.

    That is the only way in which they name an adapter, or the reason of a failure.
    """
    os.environ.setdefault("LITERT_DISABLE_OPENCL", "1")  # one less thing that could fail; WebGPU is used anyway
    with temporary_named():
        file = tempfile.TemporaryFile()  # noqa: SIM115  # closed below

    def read() -> str:
        text = read_at(file.fileno(), _LOG_BYTES, 0).decode("utf-8", "replace")
        found = selected_adapter(text)
        if found is not None:
            _named.append(found)
        return text

    with file, redirected_output(file):
        try:
            yield read
        finally:
            read()


def named_adapter() -> Adapter | None:
    """Return the adapter that was named last in this process, if any was."""
    return _named[-1] if _named else None
