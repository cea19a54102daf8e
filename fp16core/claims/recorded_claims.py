"""Verdicts from recordings of the same pair on other machines, on what was not measured here."""

from collections.abc import Iterable
from dataclasses import replace

from fp16core.claims.evidence import ClaimCheck, Evidence, Verdict, graded
from fp16core.claims.latency_rule import latency_text, latency_verdict
from fp16core.modes.files_time import FilesTime
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
        wide = "" if found.wide is None else f", wide network {speed_text(found.wide).partition(' ')[0]}"
        measured = f"in float16; speed-up {'not timed' if found.own is None else speed_text(found.own)}{wide}"
        verdict = graded(is_faster(found.own, found.wide), True)
    method = (
        "Whether each logit is a number that float16 has; times of one file in turns, with and without float16: "
        f"{_speeds_text(found.own, found.wide)}."
    )
    return _recorded(here, found, measured, verdict, method)


def recorded_reduced(here: ClaimCheck, e: Evidence) -> ClaimCheck:
    """The claim on reduced precision, by a recording if nothing here has decided it."""
    found = _gpu(here, e)
    if found is None or found.facts is None:
        return here
    measured = f"results are {'float16' if found.computes_float16 else 'float32'} numbers"
    method = "Whether each logit is a float16 number was checked bit by bit."
    without = found.recording.facts(ExecutionMode.GPU_FLOAT32)
    if found.facts.max_abs_logit_delta is not None:
        measured += f"; logits change by up to {small_text(found.facts.max_abs_logit_delta)}"
    if without is not None and without.max_abs_logit_delta is not None:
        method += f" Without the option, logits change by up to {small_text(without.max_abs_logit_delta)}."
    return _recorded(here, found, measured, graded(found.computes_float16, False), method)


def recorded_latency(here: ClaimCheck, e: Evidence) -> ClaimCheck:
    """The claim on latency, by the newest recording that decides it, if no times were measured here."""
    if here.awaits is None:
        return here
    found = []
    for recording in _trusted(e.runtimes.recordings):
        facts = recording.facts(ExecutionMode.CPU_FLOAT32)
        if facts is None or recording.network is not Network.PAIR or not recording.is_of(e.pair):
            continue
        times = [FilesTime(x.batch, x.files, x.difference) for x in facts.times if x.files is not None]
        if times and latency_verdict(times).is_decided:
            found.append((recording, times))
    if not found:
        return here
    newest, times = max(found, key=lambda each: each[0].day)
    ratios = [x.ratio.value for x in times]
    return replace(
        here,
        measured=f"on {newest.processor}, {newest.day_text}: float16 / float32 {min(ratios):.3f} to {max(ratios):.3f}",
        verdict=latency_verdict(times),
        method=f"Recorded on {newest.day_text} on {newest.processor}, not measured here, with the same two files: "
        f"{latency_text(times).replace('on this machine', 'there')}. Here: {here.method}",
    )


def wide_on(recordings: Iterable[Recording], adapter: str) -> Speed | None:
    """Speed of a GPU of that name with a wide network, if any was recorded."""
    return next((found.wide for found in _gpus(recordings) if found.name == adapter and found.wide is not None), None)


def is_faster(own: Speed | None, wide: Speed | None) -> bool:
    """Return whether float16 is measurably faster with either network; medians alone show nothing."""
    return any(speed is not None and speed.is_faster for speed in (own, wide))


def _trusted(recordings: Iterable[Recording]) -> list[Recording]:
    return [recording for recording in recordings if recording.origin is not Origin.PASTED]


def _gpus(recordings: Iterable[Recording]) -> tuple[Device, ...]:
    return tuple(found for found in devices(_trusted(recordings)) if found.kind is DeviceKind.GPU)


def _gpu(here: ClaimCheck, e: Evidence) -> Device | None:
    """GPU to judge a claim by that nothing here has decided: of this pair; one that gained time, then the newest."""
    if here.verdict.is_decided:
        return None
    ours = [
        found
        for found in _gpus(e.runtimes.recordings)
        if found.facts is not None and found.facts.images > 0 and found.recording.is_of(e.pair)
    ]
    return max(ours, key=lambda found: (is_faster(found.own, found.wide), found.recording.day), default=None)


def _speeds_text(own: Speed | None, wide: Speed | None) -> str:
    """Speed-up with a pair's network and with a wide one."""
    words = f"speed-up with this network {'not timed' if own is None else speed_text(own)}"
    return words if wide is None else f"{words}, with {Network.WIDE.title} {speed_text(wide)}"


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
