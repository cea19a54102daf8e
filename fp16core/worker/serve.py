"""The child's side of a job: one request in, lines of progress and one answer out."""

import json
import os
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any

from fp16core.models.recipe import Progress
from fp16core.vocabulary import HalfBitsError

Work = Callable[[dict[str, Any], Progress], dict[str, Any]]
"""Answers a request; both are JSON objects."""


def serve(work: Work) -> None:
    """Do one job for the process that started this one.

    The request is the first line of standard input. On standard output go lines of JSON:
    ``{"progress": [what, done]}``, and at last ``{"answer": …}`` or ``{"error": sentence}``.
    Whatever libraries print goes to standard error. When standard input closes, this process ends
    at once: it outlives neither its parent nor its parent's patience.
    """
    channel = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # native code prints to descriptor 1, whatever Python thinks of sys.stdout
    os.nice(10)

    def send(**message: Any) -> None:
        channel.write(json.dumps(message) + "\n")

    request = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        send(answer=work(request, lambda what, done: send(progress=[what, done])))
    except HalfBitsError as error:
        send(error=str(error))
    except Exception:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)  # TensorFlow takes two seconds to say goodbye


def _end_with_parent() -> None:
    os.read(0, 1)
    os._exit(1)
