"""What a training run costs other visitors, and the dashboard's own process."""

import json
import statistics
import subprocess
import sys
from itertools import chain
from pathlib import Path
from typing import Any

from fp16core.bench.measures import Ratio
from fp16core.bench.process import BenchError
from fp16core.jobs import child
from fp16core.training.recipe import Progress

_SCRIPT = Path(__file__).parents[2] / "benchmarks" / "sharing.py"

_RUNS = 10


def measure_sharing(repeats: int, report: Progress) -> list[Ratio]:
    """Reruns beside a training run against reruns alone; memory before ten runs against memory after them."""
    report("reruns of all pages, alone and beside a training run", 0.0)
    found = run_script("reruns", repeats)
    rounds = list(zip(found["alone_ms"], found["training_ms"], strict=True))
    report("ten training runs that are watched", 0.4)
    resident = run_script("memory", _RUNS)["resident_bytes"]
    medians = (statistics.median(chain.from_iterable(found[side])) for side in ("alone_ms", "training_ms"))
    return [
        Ratio(
            "a rerun alone against one while a training run goes on",
            1 / 1.5,
            tuple(statistics.median(a / t for a, t in zip(*both, strict=True)) for both in rounds),
            "{:.1f} ms against {:.1f} ms".format(*medians),
        ),
        Ratio(
            "the dashboard's memory before ten training runs against after them",
            1 / 1.1,
            (resident[0] / resident[-1],),
            f"{resident[0] / 1e6:.1f} MB against {resident[-1] / 1e6:.1f} MB",
        ),
    ]


def run_script(what: str, times: int) -> dict[str, Any]:
    """The answer of ``benchmarks/sharing.py``; raises `BenchError` if it fails."""
    plain = {name: value for name, value in child.environment().items() if not name.startswith("HALFBITS_")}
    done = subprocess.run(
        [sys.executable, _SCRIPT, what, str(times)], capture_output=True, text=True, check=False, env=plain
    )
    if done.returncode != 0:
        tail = " | ".join(done.stderr.splitlines()[-5:])
        raise BenchError(f"benchmarks/{_SCRIPT.name} {what} ended with status {done.returncode}: {tail}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
