"""The cost of a training run to other visitors and to the dashboard's own process."""

import json
import statistics
import subprocess
import sys
from itertools import chain
from pathlib import Path
from typing import Any

from fp16core.bench.child_cost import BenchError
from fp16core.bench.measures import Ratio
from fp16core.jobs import child
from fp16core.training.recipe import Progress

_SCRIPT = Path(__file__).parents[2] / "benchmarks" / "sharing.py"

_RUNS = 10


def measure_interference(repeats: int, report: Progress) -> list[Ratio]:
    """Reruns during a training run against reruns alone; memory before ten training runs against memory after them."""
    report("reruns of all pages, alone and during a training run", 0.0)
    found = run_script("reruns", repeats)
    rounds = list(zip(found["alone_ms"], found["training_ms"], strict=True))
    report("ten training runs with a viewer", 0.4)
    resident = run_script("memory", _RUNS)["resident_bytes"]
    medians = (statistics.median(chain.from_iterable(found[side])) for side in ("alone_ms", "training_ms"))
    return [
        Ratio(
            "a rerun alone, against one during a training run",
            1 / 1.5,
            tuple(statistics.median(a / t for a, t in zip(*both, strict=True)) for both in rounds),
            "{:.1f} ms against {:.1f} ms".format(*medians),
        ),
        Ratio(
            "memory of the dashboard before ten training runs, against after them",
            1 / 1.1,
            (resident[0] / resident[-1],),
            f"{resident[0] / 1e6:.1f} MB against {resident[-1] / 1e6:.1f} MB",
        ),
    ]


def run_script(what: str, times: int, dataset: Path | None = None) -> dict[str, Any]:
    """Output of ``benchmarks/sharing.py``, on the bundled data set or another one; raises `BenchError` if it fails."""
    plain = {name: value for name, value in child.environment().items() if not name.startswith("HALFBITS_")}
    if dataset is not None:
        plain["HALFBITS_MNIST"] = str(dataset)
    done = subprocess.run(
        [sys.executable, _SCRIPT, what, str(times)], capture_output=True, encoding="utf-8", check=False, env=plain
    )
    if done.returncode != 0:
        tail = " | ".join(done.stderr.splitlines()[-5:])
        raise BenchError(f"benchmarks/{_SCRIPT.name} {what} ended with status {done.returncode}: {tail}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
