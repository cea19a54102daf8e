"""Verdicts on what needs a GPU, from a recording of the same pair on another machine, where none was measured here."""

from collections.abc import Iterable
from dataclasses import replace

from fp16core.claims.evidence import ClaimCheck, Evidence, Verdict, graded
from fp16core.modes.network import Network
from fp16core.recordings.device import Device, DeviceKind, Speed, devices
from fp16core.recordings.device_words import speed_text
from fp16core.recordings.recording import Origin, Recording
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.text import count_text, small_text

RECORDED_RULE = (
    "Where no GPU was measured here, a recording of the same two files on another machine's GPU is judged by the same "
    "rule; recordings of other files decide nothing."
)


def recorded_native(here: ClaimCheck, e: Evidence) -> ClaimCheck:
    """The claim on native arithmetic, by a recording if nothing here has decided it."""
    found = _gpu(here, e)
    if found is None:
        return here
    if not found.computes_float16:
        measured, verdict = "the GPU was asked for float16 and computed in float32", Verdict.FAILS
    else:
        measured = f"computed in float16; {speeds_text(found.own, found.wide)}"
        verdict = graded(is_faster(found.own, found.wide), True)
    method = "Whether each logit is a number that float16 has; times of one file in turns, with and without float16."
    return _recorded(here, found, measured, verdict, method)


def recorded_reduced(here: ClaimCheck, e: Evidence) -> ClaimCheck:
    """The claim on reduced precision, by a recording if nothing here has decided it."""
    found = _gpu(here, e)
    if found is None or found.facts is None:
        return here
    measured = f"all results are {'float16' if found.computes_float16 else 'float32'} numbers"
    without = found.recording.facts(ExecutionMode.GPU_FLOAT32)
    if found.facts.max_abs_logit_delta is not None:
        measured += f"; the float16 file's logits change by up to {small_text(found.facts.max_abs_logit_delta)}"
        if without is not None and without.max_abs_logit_delta is not None:
            measured += f", without the option by {small_text(without.max_abs_logit_delta)}"
    verdict = graded(found.computes_float16, False)
    return _recorded(here, found, measured, verdict, "Whether each logit is a float16 number was checked bit by bit.")


def wide_on(recordings: Iterable[Recording], adapter: str) -> Speed | None:
    """Speed of a GPU of that name with a wide network, if any was recorded."""
    return next((found.wide for found in _gpus(recordings) if found.name == adapter and found.wide is not None), None)


def speeds_text(own: Speed | None, wide: Speed | None) -> str:
    """Speed-up with a pair's network and with a wide one, for a claim."""
    words = [f"with this network {'not timed' if own is None else speed_text(own)}"]
    if wide is not None:
        words.append(f"with {Network.WIDE.title} {speed_text(wide)}")
    return f"speed-up {', '.join(words)}"


def is_faster(own: Speed | None, wide: Speed | None) -> bool:
    """Return whether float16 is measurably faster with either network; medians alone show nothing."""
    return any(speed is not None and speed.is_faster for speed in (own, wide))


def _gpus(recordings: Iterable[Recording]) -> tuple[Device, ...]:
    trusted = [recording for recording in recordings if recording.origin is not Origin.PASTED]
    return tuple(found for found in devices(trusted) if found.kind is DeviceKind.GPU)


def _gpu(here: ClaimCheck, e: Evidence) -> Device | None:
    """GPU to judge a claim by that nothing here has decided: of this pair; one that gained time, then the newest."""
    if here.verdict is not Verdict.NOT_MEASURED:
        return None
    ours = [
        found
        for found in _gpus(e.runtimes.recordings)
        if found.facts is not None and found.facts.images > 0 and found.recording.is_of(e.pair)
    ]
    return max(ours, key=lambda found: (is_faster(found.own, found.wide), found.recording.day), default=None)


def _recorded(here: ClaimCheck, found: Device, measured: str, verdict: Verdict, method: str) -> ClaimCheck:
    """The claim with a recorded verdict, which names its machine and day."""
    images = 0 if found.facts is None else found.facts.images
    return replace(
        here,
        measured=f"on {found.name}, {found.recording.day_text}: {measured}",
        verdict=verdict,
        method=f"Recorded on {found.recording.day_text} on {found.name}, not measured here, with the same two files "
        f"on {count_text(images, 'image')}. {method} Here: {here.method}",
    )
