"""The time and memory a child process takes."""

import json
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fp16core.bench.peak_recorder import PEAK_FILE
from fp16core.jobs import child
from fp16core.vocabulary import HalfBitsError


class BenchError(HalfBitsError):
    """A measured process failed."""


@dataclass(frozen=True)
class ProcessCost:
    """A child's wall-clock time from start to exit, its peak resident memory, and its JSON answer."""

    seconds: float
    peak_bytes: int
    answer: dict[str, Any]


def run_module(*arguments: str) -> ProcessCost:
    """Run ``python -m arguments…`` until it exits.

    Raises
    ------
    BenchError
        If it fails; the message holds the last lines of its log.
    """
    with tempfile.TemporaryDirectory() as folder:
        peak = Path(folder) / "peak"
        # The bundled pair and MNIST are measured, regardless of the user's settings.
        plain = {name: value for name, value in child.environment().items() if not name.startswith("HALFBITS_")}
        environment = plain | {"TF_CPP_MIN_LOG_LEVEL": "3", PEAK_FILE: str(peak)}
        start = time.perf_counter()
        done = subprocess.run(
            [*child.command("fp16core.bench.peak_recorder"), *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            env=environment,
        )
        seconds = time.perf_counter() - start
        if done.returncode != 0:
            tail = " | ".join(done.stderr.decode("utf-8", "replace").splitlines()[-5:])
            raise BenchError(f"python -m {' '.join(arguments)} ended with status {done.returncode}: {tail}")
        return ProcessCost(seconds, int(peak.read_text("ascii")), json.loads(done.stdout))
