"""Modes of execution, as if they had been run and timed."""

import numpy as np

from fp16core.evaluate.comparison import Comparison
from fp16core.evaluate.evaluation import Evaluation
from fp16core.modes.latency import MemoryUse, ModeLatency
from fp16core.modes.runs import ModeRun, ModeStep, ModeTable
from fp16core.numerics.error_measure import measure_error
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.runtime.gpu_log import Adapter
from tests.helpers.results import latency

GPU = Adapter("a real one", "Vulkan", "Discrete GPU")
SOFTWARE = Adapter("llvmpipe", "Vulkan", "CPU / Software")


def two_modes(comparison: Comparison) -> ModeTable:
    """Two modes, one as compared and one with logits rounded to float16; a third is unavailable."""
    reference, target = comparison.reference, comparison.target
    half = Evaluation(target.logits.astype(np.float16).astype(np.float32), target.labels, target.size_bytes)
    exact, off = np.ones(4, np.float32), np.array([1, 1, 1, 1.125], np.float32)
    steps = (ModeStep("CONV_2D", measure_error(exact, exact), measure_error(exact, off)),)
    return ModeTable(
        reference,
        {
            ExecutionMode.CPU_FLOAT32: ModeRun(ExecutionMode.CPU_FLOAT32, 100, reference, target, steps=steps),
            ExecutionMode.CPU_FLOAT16: ModeRun(ExecutionMode.CPU_FLOAT16, 100, half, half, steps=steps),
            ExecutionMode.GPU_FLOAT16: "This machine has no GPU.",
        },
    )


def timed_modes() -> list[ModeLatency]:
    """Two modes: the float16 file is slower in float32, and twice as slow as in float32 in float16 arithmetic."""
    return [
        ModeLatency(ExecutionMode.CPU_FLOAT32, (latency(130),), MemoryUse(4000, 3000, 4010, 20), 12.0),
        ModeLatency(ExecutionMode.CPU_FLOAT16, (latency(100, twin=50),), MemoryUse(4000, 5000, 4000, 20), 12.0),
    ]


def run(mode: ExecutionMode, baseline: Evaluation, half: bool = False, **more: object) -> ModeRun:
    """Logits of the baseline, moved by what rounding them to float16 does."""
    logits = baseline.logits.astype(np.float16).astype(np.float32) if half else baseline.logits
    answers = Evaluation(logits, baseline.labels, 1)
    return ModeRun(mode, 100, answers, answers, **more)  # type: ignore[arg-type]
