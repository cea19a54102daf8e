"""The child's side of a job: one request in, lines of progress and one answer out."""

import json
import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TextIO

from fp16core.system.pipes import taken_output
from fp16core.system.processes import end_with_parent, give_way
from fp16core.text import size_text
from fp16core.vocabulary import HalfBitsError


@dataclass(frozen=True)
class Client:
    """The process that asked for a job, seen from the job.

    Attributes
    ----------
    attachments
        What came with the request.
    memory_bytes
        The job's limit of memory, `None` if there is none.
    """

    attachments: tuple[bytes, ...] = field(repr=False)
    memory_bytes: int | None
    _channel: TextIO

    def progress(self, what: str, done: float) -> None:
        """Report the current step, and the fraction done, 0 to 1."""
        self.tell(progress=[what, done])

    def tell(self, **message: Any) -> None:
        """Send a message of JSON values."""
        self._channel.write(json.dumps(message) + "\n")


Work = Callable[[dict[str, Any], Client], dict[str, Any]]
"""Answers a request; both are JSON objects."""


def serve(work: Work, gives_way: bool = True) -> None:
    """Do one job for the process that started this one, at the lowest priority unless it must not give way.

    The first line of standard input is JSON: the request, the limit of memory, and the lengths of the
    attachments, whose bytes follow. On standard output go lines of JSON: ``{"progress": [what, done]}``,
    whatever else the work tells, and at last ``{"answer": …}`` or ``{"error": sentence}``, with
    ``"was_ended": true`` if a limit ended the work. Whatever libraries print goes to standard error. When
    standard input closes, this process ends at once: it outlives neither its parent nor its parent's patience.
    """
    channel = os.fdopen(taken_output(), "w", buffering=1, encoding="utf-8", newline="\n")
    if gives_way:
        give_way()

    head = json.loads(sys.stdin.buffer.readline())
    attachments = tuple(sys.stdin.buffer.read(length) for length in head["attachments"])
    client = Client(attachments, head.get("memory_bytes"), channel)
    end_with_parent()
    try:
        client.tell(answer=work(head["request"], client))
    except HalfBitsError as error:
        client.tell(error=str(error))
    except MemoryError:
        traceback.print_exc()
        if client.memory_bytes is None:
            os._exit(1)
        why = f"Ended: it needed more than the limit of {size_text(client.memory_bytes)} of memory."
        client.tell(error=why, was_ended=True)
    except Exception:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)  # TensorFlow takes two seconds to say goodbye
