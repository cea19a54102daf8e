"""The times of one mode, measured in turns: ``python -m fp16core.worker.modes.latency``."""

import functools
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from fp16core.jobs.serve import Client, serve
from fp16core.jobs.spec import JobSpec, Limits
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

_MOST = 150
"""Most turns in a round."""

_LONG_S, _LONG_BYTES = 10_800, 800_000_000
"""Limits for the wide network: seconds, and memory beyond the usual, for what large batches leave between layers."""

_FILES = REFERENCE, TARGET


@dataclass(frozen=True)
class Effort:
    """Amount of measuring: as little as intervals allow for a network whose calls take long.

    Attributes
    ----------
    seconds
        Approximate time for each batch size, in seconds, if calls are short.
    most_seconds
        Time within which a batch size must be measured; otherwise it is left out, as are all larger ones.
    rounds
        Times that everything is reloaded.
    fewest
        Fewest turns in a round, in each of which everything is called once.
    warm_up_calls
        Calls of everything at the beginning of a round.
    first_copies, copies
        Copies loaded first, and those loaded to measure the memory of one.
    """

    seconds: float = 2.0
    most_seconds: float = 1e9
    rounds: int = 12
    fewest: int = 8
    warm_up_calls: int = 5
    first_copies: int = 3
    copies: int = 20


USUAL = Effort()

LEAST = Effort(most_seconds=300.0, rounds=5, fewest=3, warm_up_calls=1, first_copies=1, copies=3)
"""For a network whose calls take long."""


def specs_for(
    modes: Iterable[ExecutionMode],
    pair: ModelPair,
    images: npt.NDArray[np.uint8],
    batches: Sequence[int] = BATCHES,
    effort: Effort = USUAL,
    is_wide: bool = False,
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
    effort
        Amount of measuring.
    is_wide
        True for this package's wide network alone, whose processes have higher limits.
    """
    names = [pair.reference.name, pair.target.name]
    request = {"batches": list(batches), "effort": asdict(effort), "is_wide": is_wide, "names": names}
    parts = attachments(pair, images[: max(IMAGES, *batches)])
    return {
        mode: JobSpec(MODULE, request | {"mode": mode.value}, parts, _limits(mode, pair, is_wide)) for mode in modes
    }


def _limits(mode: ExecutionMode, pair: ModelPair, is_wide: bool) -> Limits:
    usual = limits_for(mode, pair)
    if not is_wide or usual.memory_bytes is None:
        return usual
    return Limits(_LONG_S, usual.memory_bytes + _LONG_BYTES, _LONG_S)


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
    batches, effort = possible_batches(pair, request["batches"], len(images)), Effort(**request["effort"])
    with drivers_at_work(mode):
        client.progress("starting", 0.0)
        first_load_ms = _first_load_ms(mode, pair.reference, images[: batches[0]])
        memory = _copy_memory(mode, pair, images[: batches[0]], effort, lambda: client.progress("loading copies", 0.0))
        found: list[dict[str, Any]] = []
        took_s = 0.0
        for number, batch in enumerate(batches):
            if found and took_s * batch / batches[number - 1] > effort.most_seconds:
                break
            begin = time.perf_counter()

            def report(done: float, number: int = number, batch: int = batch) -> None:
                what = f"batches of {batch}" if batch > 1 else "single images"
                client.progress(what, (number + done) / len(batches))

            found.append(_time(mode, pair, images, batch, effort, report))
            took_s = time.perf_counter() - begin
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
    effort: Effort,
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
    for number in range(effort.rounds):
        report(number / effort.rounds)
        runners, *took_ms = loaded_in_turns(loads, lambda runner: runner.run(given[0]), random)
        for what in entrants:
            load_ms[what].append(took_ms[0][what])
            first_run_ms[what].append(took_ms[1][what])
        calls = effort.warm_up_calls
        together_s = sum(warm_up(functools.partial(runner.run, given[0]), calls) for runner in runners.values())
        pairs = int(np.clip(effort.seconds / effort.rounds / together_s, effort.fewest, _MOST))
        rounds.append(in_turns({what: _call(runner, given) for what, runner in runners.items()}, pairs, random))
    return {"batch": batch, "rounds": rounds, "load_ms": load_ms, "first_run_ms": first_run_ms}


def _load(what: str, model: ModelFile, mode: ExecutionMode) -> Callable[[], ModeRunner]:
    # A twin is opened the same way as the entry it is compared with.
    return lambda: ModeRunner(_copy(model), mode, compiled=what == TWIN)


def _call(runner: ModeRunner, given: list[Floats]) -> Callable[[int], Floats]:
    return lambda turn: runner.run(given[turn % len(given)])


def _copy_memory(
    mode: ExecutionMode, pair: ModelPair, images: Floats, effort: Effort, report: Callable[[], None]
) -> MemoryUse:
    """Return the memory that one more copy of either file takes."""

    def load(model: ModelFile) -> ModeRunner:
        # Each has its own bytes, as after reading a file.
        runner = ModeRunner(_copy(model), mode)
        runner.run(images)
        return runner

    files = {what: with_fixed_batch(model, len(images)) for what, model in zip(_FILES, pair.files, strict=True)}
    loads = {what: functools.partial(load, model) for what, model in files.items()}
    loads[CONTROL] = loads[REFERENCE]
    taken = bytes_of_copies(loads, effort.first_copies, effort.copies, report)
    return MemoryUse(taken[REFERENCE], taken[TARGET], taken[CONTROL], effort.copies)


def _copy(model: ModelFile) -> ModelFile:
    return ModelFile(bytes(bytearray(model.contents)), model.name)


if __name__ == "__main__":
    serve(work, gives_way=False)
