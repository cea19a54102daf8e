"""The times of one mode, measured in turns: ``python -m fp16core.worker.modes.latency``."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt
import psutil

from fp16core.jobs.serve import Client, serve
from fp16core.jobs.spec import JobSpec
from fp16core.modes.latency import CONTROL, REFERENCE, TARGET, TWIN, Latency, MemoryUse, ModeLatency
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.runtime.fixed_batch import with_fixed_batch
from fp16core.runtime.gpu_log import Adapter
from fp16core.runtime.runner import ModeRunner
from fp16core.tflite.model_file import ModelFile, ModelPair
from fp16core.worker.modes.process import adapter, attachments, drivers_at_work, limits_for, possible_batches, received

Floats = npt.NDArray[np.float32]

MODULE = "fp16core.worker.modes.latency"

BATCHES = (1, 10, 100)
"""Images for each call."""

IMAGES = 200
"""Most different images that the calls alternate between."""

_ROUNDS = 12
"""Number of times that everything is reloaded."""

_WARM_UP_CALLS, _WARM_UP_S = 5, 0.03
"""Warm-up before timing: fewest calls, and shortest duration."""

_FEWEST, _MOST = 8, 150
"""Pairs in a round."""

_COPIES = 20
"""Copies loaded to measure the memory of one."""


def specs_for(
    modes: Iterable[ExecutionMode],
    pair: ModelPair,
    images: npt.NDArray[np.uint8],
    batches: Sequence[int] = BATCHES,
    seconds: float = 2.0,
) -> dict[ExecutionMode, JobSpec]:
    """Return the jobs for a `fp16core.worker.modes.survey.Survey`, by mode.

    Parameters
    ----------
    modes
        Modes to time.
    pair
        Reference and target.
    images : uint8, shape (n, 28, 28)
        Images to run them on; n at least 1.
    batches
        Images for each call: those that the files and n allow.
    seconds
        Approximate time for each batch size, in seconds.
    """
    names = [pair.reference.name, pair.target.name]
    request = {"batches": list(batches), "seconds": seconds, "names": names}
    parts = attachments(pair, images[: max(IMAGES, *batches)])
    return {mode: JobSpec(MODULE, request | {"mode": mode.value}, parts, limits_for(mode, pair)) for mode in modes}


def mode_latency(answer: dict[str, Any], mode: ExecutionMode) -> ModeLatency:
    """Read a process's answer."""
    return ModeLatency(
        mode,
        tuple(
            Latency(
                mode,
                found["batch"],
                [{what: np.array(times) for what, times in times.items()} for times in found["rounds"]],
                found["load_ms"],
                found["first_run_ms"],
            )
            for found in answer["latencies"]
        ),
        MemoryUse(**answer["memory"]),
        answer["first_load_ms"],
        None if answer["adapter"] is None else Adapter(**answer["adapter"]),
    )


def work(request: dict[str, Any], client: Client) -> dict[str, Any]:
    """Time all batch sizes, and measure the memory of copies."""
    mode, pair, images = received(request, client)
    batches = possible_batches(pair, request["batches"], len(images))
    with drivers_at_work(mode):
        client.progress("starting", 0.0)
        first_load_ms = _first_load_ms(mode, pair.reference, images[: batches[0]])
        memory = _copy_memory(mode, pair, images[: batches[0]], lambda: client.progress("loading copies", 0.0))
        found = []
        for number, batch in enumerate(batches):

            def report(done: float, number: int = number, batch: int = batch) -> None:
                what = f"batches of {batch}" if batch > 1 else "single images"
                client.progress(what, (number + done) / len(batches))

            found.append(_time(mode, pair, images, batch, request["seconds"], report))
        computes = adapter() if mode.on_gpu else None
    return {
        "latencies": found,
        "memory": asdict(memory),
        "first_load_ms": first_load_ms,
        "adapter": None if computes is None else asdict(computes),
    }


def _first_load_ms(mode: ExecutionMode, model: ModelFile, images: Floats) -> float:
    file = with_fixed_batch(model, len(images))
    start = time.perf_counter()
    ModeRunner(file, mode).run(images)
    return (time.perf_counter() - start) * 1e3


def _time(
    mode: ExecutionMode,
    pair: ModelPair,
    images: Floats,
    batch: int,
    seconds: float,
    report: Callable[[float], None],
) -> dict[str, Any]:
    reference, target = (with_fixed_batch(model, batch) for model in pair.files)
    entrants: dict[str, tuple[ModelFile, ExecutionMode]] = {
        REFERENCE: (reference, mode),
        TARGET: (target, mode),
        CONTROL: (reference, mode),
    }
    if mode.float32_counterpart is not None:
        entrants[TWIN] = (target, mode.float32_counterpart)
    rounds: list[dict[str, list[float]]] = []
    load_ms: dict[str, list[float]] = {what: [] for what in entrants}
    first_run_ms: dict[str, list[float]] = {what: [] for what in entrants}
    given = [images[start : start + batch] for start in range(0, len(images) - batch + 1, batch)]
    random = np.random.default_rng(0)
    for number in range(_ROUNDS):
        report(number / _ROUNDS)
        runners = {}
        # In random order: neither placement in memory nor what ran before may favour one.
        for what in random.permutation(list(entrants)).tolist():
            model, how = entrants[what]
            start = time.perf_counter()
            # A twin is opened the same way as the entry it is compared with.
            runners[what] = ModeRunner(_copy(model), how, compiled=what == TWIN)
            loaded = time.perf_counter()
            runners[what].run(given[0])
            load_ms[what].append((loaded - start) * 1e3)
            first_run_ms[what].append((time.perf_counter() - loaded) * 1e3)
        together_s = sum(_warm_up(runner, given[0]) for runner in runners.values())
        pairs = int(np.clip(seconds / _ROUNDS / together_s, _FEWEST, _MOST))
        rounds.append(_in_turns(runners, given, pairs, random))
    return {"batch": batch, "rounds": rounds, "load_ms": load_ms, "first_run_ms": first_run_ms}


def _in_turns(
    runners: dict[str, ModeRunner], given: list[Floats], pairs: int, random: np.random.Generator
) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {what: [] for what in runners}
    for call in range(pairs):
        images = given[call % len(given)]
        for what in random.permutation(list(runners)).tolist():
            runner = runners[what]
            start = time.perf_counter()
            runner.run(images)
            times[what].append((time.perf_counter() - start) * 1e6)
    return times


def _warm_up(runner: ModeRunner, images: Floats) -> float:
    """Seconds that a call takes, once it is warm."""
    begin = time.perf_counter()
    calls = 0
    while calls < _WARM_UP_CALLS or time.perf_counter() - begin < _WARM_UP_S:
        start = time.perf_counter()
        runner.run(images)
        took = time.perf_counter() - start
        calls += 1
    return took


def _copy_memory(mode: ExecutionMode, pair: ModelPair, images: Floats, report: Callable[[], None]) -> MemoryUse:
    """Return the memory that one more copy of either file takes."""
    process = psutil.Process()
    kept, taken = [], []
    for model in (pair.reference, pair.target, pair.reference):
        one = with_fixed_batch(model, len(images))

        def load(one: ModelFile = one) -> None:
            # Each has its own bytes, as after reading a file.
            kept.append(ModeRunner(_copy(one), mode))
            kept[-1].run(images)

        for _ in range(3):  # what only the first copies take
            load()
        report()
        before = process.memory_info().rss
        for _ in range(_COPIES):
            load()
        taken.append((process.memory_info().rss - before) / _COPIES)
    return MemoryUse(taken[0], taken[1], taken[2], _COPIES)


def _copy(model: ModelFile) -> ModelFile:
    return ModelFile(bytes(bytearray(model.contents)), model.name)


if __name__ == "__main__":
    serve(work, gives_way=False)
