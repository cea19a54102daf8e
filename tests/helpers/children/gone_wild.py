"""Drivers that misbehave, for a job to run: ``python -m tests.helpers.children.gone_wild``."""

import ctypes
import os
import sys
import time
from typing import Any

from fp16core.jobs.serve import Client, serve
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.vocabulary import ModeError
from fp16core.worker.modes.process import confine_for, drivers_at_work, own_log

FLOOD_BYTES = 200_000_000


def work(request: dict[str, Any], client: Client) -> dict[str, Any]:
    """Misbehave as asked."""
    confine_for(ExecutionMode.GPU_FLOAT16, client)
    with drivers_at_work(ExecutionMode.GPU_FLOAT16):
        match request["how"]:
            case "crash":
                os.write(2, b"driver: about to follow a null pointer\n")
                ctypes.string_at(0)
            case "hang":
                time.sleep(600)
            case "flood":
                line = b"driver: " + b"x" * 9_991 + b"\n"
                for _ in range(FLOOD_BYTES // len(line)):
                    try:
                        os.write(2, line)
                    except OSError:  # as native code, which does not look
                        break
                return {"log_bytes": os.fstat(2).st_size, "read": len(own_log())}
            case "refuse":
                sys.stderr.write("ERROR: [delegate.cc:1] Failed: INTERNAL: No adapters found\n")
                sys.stderr.flush()
                raise ModeError("LiteRT refuses (ERROR: [litert.h:1961]).")
    return {}


if __name__ == "__main__":
    serve(work)
