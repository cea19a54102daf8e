"""Results made up for tests that show or judge them."""

import struct
from collections.abc import Mapping

import numpy as np

from fp16core.evaluate.statistics import proportion
from fp16core.lab.dial import (
    DialResult,
)
from fp16core.modes.latency import (
    CONTROL,
    REFERENCE,
    TARGET,
    TWIN,
    Latency,
    Times,
)
from fp16core.numerics.bits import (
    BinaryNumber,
)
from fp16core.numerics.formats import FLOAT32
from fp16core.numerics.weight_rounding import WeightRounding
from fp16core.runtime.execution_mode import ExecutionMode


def noisy(mean: float, seed: int, count: int = 60) -> Times:
    """Times about a mean, with the long tail that times have."""
    return mean * np.random.default_rng(seed).lognormal(0, 0.05, count)


def latency(target: float, control: float = 100, twin: float | None = None) -> Latency:
    rounds: list[Mapping[str, Times]] = []
    for number in range(6):
        times = {
            REFERENCE: noisy(100, number),
            TARGET: noisy(target, number + 100),
            CONTROL: noisy(control, number + 200),
        }
        rounds.append(times | ({} if twin is None else {TWIN: noisy(twin, number + 300)}))
    return Latency(
        ExecutionMode.CPU_FLOAT32, 1, rounds, {REFERENCE: [1.0], TARGET: [2.0]}, {REFERENCE: [3.0], TARGET: [4.0]}
    )


def dial_result(loss: float) -> DialResult:
    return DialResult("", 0, proportion(1, 2), -loss, 0, 0.0)


def rounding(*weights: float) -> WeightRounding:
    reference = np.array(weights, np.float32)
    with np.errstate(over="ignore"):
        return WeightRounding("test", reference, reference.astype(np.float16))


def float32(value: float) -> BinaryNumber:
    return BinaryNumber(FLOAT32, struct.unpack("<I", struct.pack("<f", value))[0])
