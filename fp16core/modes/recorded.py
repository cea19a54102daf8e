"""Results of the modes of execution, recorded with the bundled pair on hardware that few servers have."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from fp16core.modes.facts import BatchTime, ModeFacts, answers_text, arithmetic_text
from fp16core.modes.latency import Difference, PairedRatio, judged
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.runtime.gpu_log import Adapter
from fp16core.text import count_text, percent_text

_FOLDER = Path(__file__).parent / "recordings"


@dataclass(frozen=True)
class RecordedSums:
    """Emulation of a mode's float16 logits.

    Attributes
    ----------
    mode
        The mode of execution.
    images_at_once
        Images for each call; `None` if their number makes no difference.
    way
        The way to add up that agrees most, from `fp16core.modes.emulated.WAYS`.
    exact_share
        Share of the logits that it gives bit for bit.
    """

    mode: ExecutionMode
    images_at_once: int | None
    way: str
    exact_share: float


@dataclass(frozen=True)
class Recording:
    """All modes on one machine.

    Attributes
    ----------
    hardware
        Names of the GPUs and of the processor, with the features for half precision that it has.
    day
        Day of the measurement.
    versions
        Versions of what it ran with.
    modes
        Results by mode, of the bundled pair on all test images of MNIST.
    emulated_images
        Images whose float16 logits were emulated.
    sums
        Those emulations, the modes in the same order.
    """

    hardware: tuple[str, ...]
    day: date
    versions: Mapping[str, str]
    modes: tuple[ModeFacts, ...]
    emulated_images: int
    sums: tuple[RecordedSums, ...]

    @property
    def provenance(self) -> str:
        """Hardware, day and models, for a caption."""
        return (
            f"Recorded on {self.day.day} {self.day:%B %Y} on this hardware: {'; '.join(self.hardware)}. With the "
            f"bundled pair and LiteRT {self.versions['ai-edge-litert']}."
        )

    @property
    def timed(self) -> tuple[ModeFacts, ...]:
        """Modes that were timed."""
        return tuple(facts for facts in self.modes if facts.times)


@cache
def recorded() -> Recording:
    """The recording that comes with the project."""
    document = json.loads((_FOLDER / "h200-xeon.json").read_text("utf-8"))
    provenance = json.loads((_FOLDER / "h200-xeon.provenance.json").read_text("utf-8"))
    emulated = json.loads((_FOLDER / "h200-xeon-sums.json").read_text("utf-8"))
    sums = tuple(RecordedSums(ExecutionMode(found.pop("mode")), **found) for found in emulated["sums"])
    modes = tuple(_facts(mode) for mode in document["modes"])
    gpus = dict.fromkeys(facts.adapter for facts in modes if facts.adapter)
    return Recording(
        (*gpus, _processor(document["processor"])),
        date.fromisoformat(provenance["day"]),
        document["versions"],
        modes,
        emulated["images"],
        sums,
    )


def recorded_sentence(recording: Recording) -> str:
    """Effect of float16 arithmetic on time and answers on the recorded hardware, in Markdown."""
    words = []
    for facts in recording.modes:
        if facts.mode.asks_for_float16:
            place = "the GPU" if facts.mode.on_gpu else "the processor"
            time = arithmetic_text(facts)
            words.append(f"on {place} " + (f"it takes **{time}**, and " if time else "") + answers_text(facts))
    return f"float16 arithmetic on recorded hardware: {'; '.join(words)}."


def recorded_sums_text(recording: Recording) -> str:
    """Share of the recorded float16 logits that an emulation gives, and with which sums, as a list in Markdown."""
    words = []
    for found in recording.sums:
        place = "on the GPU" if found.mode.on_gpu else "on the processor"
        at_once = "" if found.images_at_once is None else f", {count_text(found.images_at_once, 'image')} at once"
        agrees = (
            f"**all logits**, with {found.way}"
            if found.exact_share == 1
            else f"no known way gives all; the nearest, {found.way}, gives {percent_text(found.exact_share)}"
        )
        words.append(f"- {place}{at_once}: {agrees}")
    images = count_text(recording.emulated_images, "image")
    return f"The logits of {images} in float16 arithmetic there, emulated bit for bit:\n\n" + "\n".join(words)


def _processor(found: Mapping[str, Any]) -> str:
    name = found["name"].replace("(R)", "")
    features = [feature["name"] for feature in found["features"] if feature["is_there"]]
    return f"{name} with {', '.join(features)}" if features else name


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
