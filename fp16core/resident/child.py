"""The child's side of a `fp16core.resident.resident.Resident`: calls in, answers out, one at a time."""

import contextlib
import os
import pickle
import sys
import traceback
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

from fp16core.resident.wire import ANSWER, FAULT, HEADER, READY, REFUSAL
from fp16core.system.limits import confine
from fp16core.system.pipes import taken_output
from fp16core.system.processes import end_with_parent
from fp16core.vocabulary import HalfBitsError

_LOG_BYTES = 1_000_000
"""All children's logs lie in one folder for temporary files, which may be small."""


def serve_calls(functions: Mapping[str, Callable[..., Any]]) -> None:
    """Answer calls until standard input closes.

    Confines this process first: the limit of memory is its first argument. Whatever libraries print goes
    to standard error.

    Parameters
    ----------
    functions
        What may be called, by name; `READY`, which does nothing, may always be.
    """
    channel = os.fdopen(taken_output(), "wb")
    calls = sys.stdin.buffer
    end_with_parent()
    confine(None, _LOG_BYTES, data_bytes=int(sys.argv[1]))
    while head := calls.read(HEADER.size):
        _, length = HEADER.unpack(head)
        function, arguments = pickle.loads(calls.read(length))  # noqa: S301  # from the process that started this one
        try:
            _send(channel, ANSWER, None if function == READY else functions[function](*arguments))
        except HalfBitsError as error:
            _send(channel, REFUSAL, error)
        except MemoryError:
            with contextlib.suppress(OSError):  # a log that is full
                traceback.print_exc()  # and end, as what is left of memory is of no use; the owner reads why
            os._exit(1)
        except Exception:
            _send(channel, FAULT, traceback.format_exc())
    os._exit(0)


def _send(channel: BinaryIO, kind: bytes, message: Any) -> None:
    body = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    channel.write(HEADER.pack(kind, len(body)) + body)
    channel.flush()
