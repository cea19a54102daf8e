"""The times of one mode, measured in turns: ``python -m fp16core.worker.modes.latency``."""

import functools
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from fp16core.jobs.serve import Client, serve
from fp16core.jobs.spec import JobSpec
from fp16core.modes.latency import CONTROL, REFERENCE, TARGET, TWIN, Latency, MemoryUse, ModeLatency
from fp16core.modes.turns import bytes_of_copies, in_turns, loaded_in_turns, warm_up
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

_FEWEST, _MOST = 8, 150
"""Pairs in a round."""

_FIRST_COPIES, _COPIES = 3, 20
"""Copies loaded first, and those loaded to measure the memory of one."""

_FILES = REFERENCE, TARGET


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
    loads = {what: _load(what, *entrant) for what, entrant in entrants.items()}
    for number in range(_ROUNDS):
        report(number / _ROUNDS)
        runners, *took_ms = loaded_in_turns(loads, lambda runner: runner.run(given[0]), random)
        for what in entrants:
            load_ms[what].append(took_ms[0][what])
            first_run_ms[what].append(took_ms[1][what])
        together_s = sum(warm_up(functools.partial(runner.run, given[0])) for runner in runners.values())
        pairs = int(np.clip(seconds / _ROUNDS / together_s, _FEWEST, _MOST))
        rounds.append(in_turns({what: _call(runner, given) for what, runner in runners.items()}, pairs, random))
    return {"batch": batch, "rounds": rounds, "load_ms": load_ms, "first_run_ms": first_run_ms}


def _load(what: str, model: ModelFile, mode: ExecutionMode) -> Callable[[], ModeRunner]:
    # A twin is opened the same way as the entry it is compared with.
    return lambda: ModeRunner(_copy(model), mode, compiled=what == TWIN)


def _call(runner: ModeRunner, given: list[Floats]) -> Callable[[int], Floats]:
    return lambda turn: runner.run(given[turn % len(given)])


def _copy_memory(mode: ExecutionMode, pair: ModelPair, images: Floats, report: Callable[[], None]) -> MemoryUse:
    """Return the memory that one more copy of either file takes."""

    def load(model: ModelFile) -> ModeRunner:
        # Each has its own bytes, as after reading a file.
        runner = ModeRunner(_copy(model), mode)
        runner.run(images)
        return runner

    files = {what: with_fixed_batch(model, len(images)) for what, model in zip(_FILES, pair.files, strict=True)}
    loads = {what: functools.partial(load, model) for what, model in files.items()}
    loads[CONTROL] = loads[REFERENCE]
    taken = bytes_of_copies(loads, _FIRST_COPIES, _COPIES, report)
    return MemoryUse(taken[REFERENCE], taken[TARGET], taken[CONTROL], _COPIES)


def _copy(model: ModelFile) -> ModelFile:
    return ModelFile(bytes(bytearray(model.contents)), model.name)


if __name__ == "__main__":
    serve(work, gives_way=False)
