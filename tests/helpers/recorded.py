"""Recordings as if they had been made on other machines."""

from datetime import date
from typing import Any

from fp16core.modes.facts import BatchTime, ModeFacts
from fp16core.modes.latency import Difference, PairedRatio
from fp16core.modes.network import WIDE_SHA256, Network
from fp16core.recordings.recording import Kind, NotedTime, Origin, RecordedSums, Recording
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.tflite.model_file import ModelPair

NOTED = NotedTime(Network.WIDE.title, ExecutionMode.GPU_FLOAT16, 100, 1480.0, 2250.0)
"""Medians of the wide network: 1.52 times as fast in float16."""


def times(*ratios: float) -> tuple[BatchTime, ...]:
    """Times of float16 arithmetic as multiples of those in float32; within 2 % of 1, no difference is measurable."""
    verdicts = [
        Difference.NONE if abs(r - 1) < 0.02 else Difference.FASTER if r < 1 else Difference.SLOWER for r in ratios
    ]
    return tuple(
        BatchTime(10**place, 5.0, Difference.NONE, PairedRatio(ratio, ratio * 0.99, ratio * 1.01), verdict)
        for place, (ratio, verdict) in enumerate(zip(ratios, verdicts, strict=True))
    )


def on_gpu(
    *ratios: float, name: str = "Some GPU", half: bool = True, changed: int = 5, by_software: bool = False
) -> tuple[ModeFacts, ...]:
    """Both modes on a GPU."""
    mode, usual = ExecutionMode.GPU_FLOAT16, ExecutionMode.GPU_FLOAT32
    return (
        ModeFacts(usual, 10_000, 0, False, name, by_software, (), 0.961, 0.0025),
        ModeFacts(mode, 10_000, changed, half, name, by_software, times(*ratios), 0.9612, 0.258),
    )


def on_processor(*ratios: float, half: bool = True) -> tuple[ModeFacts, ...]:
    """The mode with float16 arithmetic on a processor."""
    return (ModeFacts(ExecutionMode.CPU_FLOAT16, 10_000, 6, half, "", False, times(*ratios), 0.9612, 0.28),)


def on_usual_processor(*ratios: float, verdict: Difference = Difference.NONE) -> tuple[ModeFacts, ...]:
    """The mode that the tutorial uses, with the float16 file's time over the float32 file's, within 1 %."""
    timed = tuple(
        BatchTime(10**place, 5.0, verdict, files=PairedRatio(ratio, ratio * 0.99, ratio * 1.01))
        for place, ratio in enumerate(ratios)
    )
    return (ModeFacts(ExecutionMode.CPU_FLOAT32, 10_000, 1, False, "", False, timed, 0.961, 0.0025),)


def sums(
    mode: ExecutionMode, *shares: tuple[int | None, float], way: str = "sums in float16"
) -> tuple[RecordedSums, ...]:
    """Emulations of a mode: the images at once, and the share of the logits that is given."""
    return tuple(RecordedSums(mode, at_once, 250, way, share) for at_once, share in shares)


def recording(pair: ModelPair, modes: tuple[ModeFacts, ...] = (), **more: Any) -> Recording:
    """Recording of a pair, or of the wide network."""
    of_wide = more.get("network") is Network.WIDE
    reference, target = WIDE_SHA256 if of_wide else (pair.reference.sha256, pair.target.sha256)
    usual: dict[str, Any] = {
        "name": "made.json",
        "origin": Origin.SHIPPED,
        "kind": Kind.MODES,
        "network": Network.PAIR,
        "day": date(2026, 11, 26),
        "pair": pair.name,
        "reference_sha256": reference,
        "target_sha256": target,
        "processor": "Some processor",
    }
    return Recording(**(usual | more), modes=modes)
