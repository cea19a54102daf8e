"""Time and memory of the float32 and the float16 file, with a control: the float32 file once more."""

import functools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from fp16core.diagnosis.running.interpreter import AnyInterpreter
from fp16core.diagnosis.samples import Samples
from fp16core.modes.latency import (
    CONTROL,
    REFERENCE,
    TARGET,
    Difference,
    MemoryUse,
    PairedRatio,
    judged,
    paired_ratio,
)
from fp16core.modes.turns import bytes_of_copies, in_turns, loaded_in_turns, warm_up
from fp16core.tflite.model_file import ModelFile

_FEWEST_ROUNDS, _MOST_ROUNDS = 3, 12
"""Number of times that everything is reloaded."""

_FEWEST, _MOST = 4, 150
"""Turns in a round."""

_FEWEST_COPIES, _MOST_COPIES, _COPIES_BYTES = 2, 20, 30_000_000
"""Copies that are loaded to measure the memory of one, and the size of their files together."""


@dataclass(frozen=True)
class FileTimes:
    """Times and memory of both files.

    Attributes
    ----------
    load_ms, latency_us
        Median time to load, and of a call, by file (``"reference"``, ``"target"``, ``"control"``).
    memory
        Memory of one more copy.
    ratio, control
        Time of a call of the float16 file, and of the control, over that of the float32 file.
    """

    load_ms: Mapping[str, float]
    latency_us: Mapping[str, float]
    memory: MemoryUse
    ratio: PairedRatio
    control: PairedRatio

    @property
    def difference(self) -> Difference:
        """Verdict on both files."""
        return judged(self.ratio, self.control)


def time_files(reference: ModelFile, target: ModelFile, samples: Samples, seconds: float = 1.0) -> FileTimes:
    """Time both files in LiteRT's interpreter, on one thread, in turns.

    Parameters
    ----------
    reference, target
        The files.
    samples
        Inputs of the calls.
    seconds
        Approximate time of all calls together; large models take longer, as each is loaded three times and called
        four times in each of three rounds at least.

    Raises
    ------
    ModelFileError
        If LiteRT rejects a file or an input.
    """
    files = {REFERENCE: reference, TARGET: target, CONTROL: reference}
    loads = {what: functools.partial(_load, model, samples) for what, model in files.items()}
    # Memory first: what is freed after loading would be reused, and look like no memory at all.
    memory = _memory({what: functools.partial(_run, load, samples) for what, load in loads.items()}, reference)
    random = np.random.default_rng(0)
    rounds: list[dict[str, list[float]]] = []
    load_ms: dict[str, list[float]] = {what: [] for what in files}
    start = time.perf_counter()
    while len(rounds) < _FEWEST_ROUNDS or (time.perf_counter() - start < seconds and len(rounds) < _MOST_ROUNDS):
        loaded, took_ms, _ = loaded_in_turns(loads, lambda interpreter: interpreter.outputs(samples[0]), random)
        for what in files:
            load_ms[what].append(took_ms[what])
        calls = {what: _call(interpreter, samples) for what, interpreter in loaded.items()}
        together_s = sum(warm_up(functools.partial(call, 0), 1, 0.0) for call in calls.values())
        turns = int(np.clip(seconds / _MOST_ROUNDS / max(together_s, 1e-9), _FEWEST, _MOST))
        rounds.append(in_turns(calls, turns, random))
    times = [{what: np.array(found) for what, found in taken.items()} for taken in rounds]
    return FileTimes(
        {what: float(np.median(found)) for what, found in load_ms.items()},
        {what: float(np.median(np.concatenate([taken[what] for taken in times]))) for what in files},
        memory,
        paired_ratio([(taken[TARGET], taken[REFERENCE]) for taken in times]),
        paired_ratio([(taken[CONTROL], taken[REFERENCE]) for taken in times]),
    )


def _load(model: ModelFile, samples: Samples) -> AnyInterpreter:
    # Each has its own bytes, as after reading a file.
    return AnyInterpreter(ModelFile(bytes(bytearray(model.contents)), model.name), samples.shapes)


def _run(load: Callable[[], AnyInterpreter], samples: Samples) -> AnyInterpreter:
    interpreter = load()
    interpreter.outputs(samples[0])
    return interpreter


def _call(interpreter: AnyInterpreter, samples: Samples) -> Callable[[int], object]:
    return lambda turn: interpreter.outputs(samples[turn % len(samples)])


def _memory(loads: Mapping[str, Callable[[], object]], reference: ModelFile) -> MemoryUse:
    copies = int(np.clip(_COPIES_BYTES // reference.size_bytes, _FEWEST_COPIES, _MOST_COPIES))
    taken = bytes_of_copies(loads, first=min(copies, 3), copies=copies)
    return MemoryUse(taken[REFERENCE], taken[TARGET], taken[CONTROL], copies)
