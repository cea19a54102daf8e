"""A study whose worker, scheduler and client are killed at random moments, held against one that is left alone.

``python -m fp16core.bench.study.kills FOLDER`` does it once, on a small data set.
"""

import contextlib
import json
import random
import socket
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from fp16core.bench.child_cost import BenchError
from fp16core.data.mnist import BUNDLED, ENVIRONMENT_VARIABLE, load_mnist
from fp16core.jobs import child
from fp16core.study.rows.file import Study, read_study
from fp16core.study.rows.row import Ending
from fp16core.training.recipe import Progress

VICTIMS = ("worker", "client", "scheduler")

_PATIENCE_S = 1800
_PAUSE_S = (8.0, 20.0)
_POLL_S = 0.2


@dataclass(frozen=True)
class KillOutcome:
    """Outcome of a study whose processes were killed.

    Attributes
    ----------
    trainings
        Trainings asked for.
    kills
        Numbers of kills by victim.
    starts
        Times that the command was started.
    rows, lost, other
        Trainings with a row, those without, and those whose files differ from the study that was left alone.
    """

    trainings: int
    kills: dict[str, int]
    starts: int
    rows: int
    lost: int
    other: int

    def document(self) -> dict[str, Any]:
        """The outcome for JSON."""
        return asdict(self)


def measure_kills(folder: Path, dataset: Path, trainings: int, kills: int, report: Progress) -> KillOutcome:
    """Kill processes of a study until there were enough kills and all rows are there.

    Parameters
    ----------
    folder
        For both studies.
    dataset
        A small data set, which travels to the workers.
    trainings
        Number of seeds.
    kills
        Number of kills; the victims take turns, the moments are random.
    report
        Progress.

    Raises
    ------
    BenchError
        If the study does not end.
    """
    report("a study that is left alone", 0.0)
    alone = _Cluster(folder / "alone", dataset, trainings)
    with contextlib.closing(alone):
        alone.finish()
    cluster, moments = _Cluster(folder / "killed", dataset, trainings), random.Random(0)  # noqa: S311  # moments, no secrets
    killed = dict.fromkeys(VICTIMS, 0)
    with contextlib.closing(cluster):
        for number in range(kills):
            victim = VICTIMS[number % len(VICTIMS)]
            report(f"killing the {victim}, {number + 1} of {kills}", 0.3 + 0.6 * number / kills)
            cluster.revive()
            time.sleep(moments.uniform(*_PAUSE_S))
            cluster.kill(victim)
            killed[victim] += 1
        cluster.finish()
    expected, found = _files(read_study(folder / "alone")), _files(read_study(folder / "killed"))
    return KillOutcome(
        trainings=trainings,
        kills=killed,
        starts=cluster.starts,
        rows=len(found),
        lost=len(expected.keys() - found.keys()),
        other=sum(found[seed] != expected[seed] for seed in found),
    )


def _files(study: Study) -> dict[int, dict[str, str]]:
    """Digests of the files by seed. Reading raises an error if a training has two rows."""
    return {
        row.recipe.seed: {name: file.sha256 for name, file in row.results.files.items()}
        for row in study.rows
        if row.ending is Ending.TRAINED and row.results is not None
    }


class _Cluster:
    """A scheduler, two workers and the command, each a process that can be killed."""

    def __init__(self, out: Path, dataset: Path, trainings: int) -> None:
        self._out, self._trainings = out, trainings
        self._environment = child.environment() | {ENVIRONMENT_VARIABLE: str(dataset)}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        self._log = (out.parent / f"{out.name}.log").open("ab")
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self.starts = 0

    def revive(self) -> None:
        """Start whatever is not running; the command only while rows are missing."""
        host, port = self._address.removeprefix("tcp://").split(":")
        self._start("scheduler", "dask", "scheduler", "--host", host, "--port", port, "--no-dashboard", "--no-show")
        for name in ("worker", "second worker"):
            self._start(name, "dask", "worker", self._address, "--nthreads", "1", "--host", host, "--no-dashboard")
        seeds = f"0-{self._trainings - 1}"
        options = ("--seeds", seeds, "--filters", "2", "--out", str(self._out), "--scheduler", self._address, "--json")
        if self._start("client", "fp16core", "study", *options):
            self.starts += 1

    def kill(self, name: str) -> None:
        """End a process and its children at once."""
        process = self._processes.pop(name)
        with contextlib.suppress(psutil.NoSuchProcess):
            found = psutil.Process(process.pid)
            for each in (*found.children(recursive=True), found):
                with contextlib.suppress(psutil.NoSuchProcess):
                    each.kill()
        process.wait()

    def finish(self) -> None:
        """Wait for the command, starting again what has ended with an error."""
        deadline = time.monotonic() + _PATIENCE_S
        while True:
            self.revive()
            client = self._processes["client"]
            while client.poll() is None and time.monotonic() < deadline:
                time.sleep(_POLL_S)
            if client.poll() == 0:
                return
            if time.monotonic() >= deadline:
                raise BenchError(f"the study in {self._out} has not ended in {_PATIENCE_S} s; see {self._log.name}.")

    def close(self) -> None:
        """End all processes."""
        for name in [*self._processes]:
            self.kill(name)
        self._log.close()

    def _start(self, name: str, *arguments: str) -> bool:
        running = self._processes.get(name)
        if running is not None and running.poll() is None:
            return False
        command = [sys.executable, "-m", *arguments]
        self._processes[name] = subprocess.Popen(
            command, cwd=child.ROOT, env=self._environment, stdout=self._log, stderr=self._log
        )
        return True


def write_small_dataset(path: Path) -> None:
    """Write the first 1,500 training and 200 test images of MNIST into a file."""
    (images, labels), (test_images, test_labels) = load_mnist("train", BUNDLED), load_mnist("test", BUNDLED)
    np.savez_compressed(
        path, x_train=images[:1500], y_train=labels[:1500], x_test=test_images[:200], y_test=test_labels[:200]
    )


if __name__ == "__main__":
    place = Path(sys.argv[1])
    place.mkdir(parents=True, exist_ok=True)
    write_small_dataset(place / "small.npz")
    outcome = measure_kills(place, place / "small.npz", 60, 10, lambda what, _done: print(what, file=sys.stderr))
    print(json.dumps(outcome.document()))
