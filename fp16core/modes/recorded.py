"""Results of the modes of execution, recorded with the bundled pair on hardware that few servers have."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from fp16core.modes.facts import BatchTime, ModeFacts, answers_text, arithmetic_text
from fp16core.modes.latency import Difference, PairedRatio, judged
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.runtime.gpu_log import Adapter

_FOLDER = Path(__file__).parent / "recordings"


@dataclass(frozen=True)
class Recording:
    """All modes on one machine.

    Attributes
    ----------
    processor, gpu
        Names of the hardware.
    day
        Day of the measurement.
    versions
        Versions of what it ran with.
    modes
        Results by mode, of the bundled pair on all test images of MNIST.
    """

    processor: str
    gpu: str
    day: str
    versions: Mapping[str, str]
    modes: tuple[ModeFacts, ...]

    @property
    def provenance(self) -> str:
        """Hardware, day and models, for a caption."""
        return (
            f"Recorded on {self.day} on an {self.gpu} and an {self.processor}, with the bundled pair; LiteRT "
            f"{self.versions['ai-edge-litert']}."
        )


@cache
def recorded() -> Recording:
    """The recording that comes with the project."""
    document = json.loads((_FOLDER / "h200-xeon.json").read_text())
    return Recording(
        "Intel Xeon with AVX512-FP16",
        "NVIDIA H200",
        "26 November 2026",
        document["versions"],
        tuple(_facts(mode) for mode in document["modes"]),
    )


def recorded_sentence(recording: Recording) -> str:
    """What float16 arithmetic did to time and answers on the recorded hardware, in Markdown."""
    words = []
    for facts in recording.modes:
        if facts.mode.asks_for_float16:
            place = "the GPU" if facts.mode.on_gpu else "the processor"
            words.append(f"on {place} it takes **{arithmetic_text(facts)}**, and {answers_text(facts)}")
    return f"float16 arithmetic on recorded hardware: {'; '.join(words)}."


def _facts(mode: Mapping[str, Any]) -> ModeFacts:
    adapter = None if mode["adapter"] is None else Adapter(**mode["adapter"])
    return ModeFacts(
        ExecutionMode(mode["mode"]),
        mode["images"],
        mode["target"]["changed_predictions"],
        mode["computes_float16"],
        "" if adapter is None else adapter.name,
        adapter is not None and adapter.is_software,
        tuple(map(_time, mode["latency"])),
    )


def _time(latency: Mapping[str, Any]) -> BatchTime:
    batch, arithmetic = latency["images_at_once"], latency["float16_over_float32_arithmetic"]
    ratio = None if arithmetic is None else PairedRatio(**arithmetic)
    control = PairedRatio(**latency["reference_over_itself"])
    return BatchTime(
        batch,
        latency["timing_of_a_call"]["target"]["median_us"] / batch,
        Difference(latency["verdict"]),
        ratio,
        None if ratio is None else judged(ratio, control),
    )
