"""Devices of recordings in words and tables, without markup; a stranger's texts in them are as they came."""

from collections.abc import Sequence

from fp16core.modes.facts import answers_text
from fp16core.modes.network import Network
from fp16core.recordings.device import Device, Speed
from fp16core.text import count_text, percent_text
from fp16core.tflite.model_file import ModelPair

NOTHING = "—"


def where_text(device: Device) -> str:
    """Kind and day: ``"GPU, 26 November 2026"``."""
    return f"{device.kind.value}, {device.recording.day_text}"


def float16_text(device: Device) -> str:
    """Float16 arithmetic on a device: real or not, and the answers that it changed."""
    found = device.browser
    if found is not None:
        if found.is_real is None:
            return "none"
        if not found.is_real:
            return "not real: computed in a wider type"
        changed, images = found.changed.get("f16", 0), found.images
        return f"real: {changed:,} of {count_text(images, 'answer')} change"
    facts = device.facts
    if facts is None:
        return NOTHING
    if facts.is_silently_float32:
        return "not real: silently computed in float32"
    if facts.images == 0:
        return answers_text(facts)
    if any(found.exact_share == 1 and "float32" in found.way for found in device.sums):
        return f"rounded to float16, but summed in float32: {answers_text(facts)}"
    return f"real: {answers_text(facts)}"


def prediction_text(device: Device) -> str:
    """Emulations that give a device's float16 logits bit for bit, if any do."""
    words = []
    whole = [found for found in device.sums if found.exact_share == 1]
    if whole and len(whole) == len(device.sums):
        ways = dict.fromkeys(found.way for found in whole)
        words.append(f"yes: {'; '.join(ways)}")
    elif device.sums:
        words += [f"yes with {_at_once([found.images_at_once for found in whole])}"] if whole else []
        words += [
            f"{percent_text(found.exact_share)} of the logits"
            + ("" if found.images_at_once is None else f" with {found.images_at_once:,}")
            for found in device.sums
            if found.exact_share < 1
        ]
    if device.shader_sums:
        least = min(found.exact_share for found in device.shader_sums)
        share = "yes" if least == 1 else f"{percent_text(least)} of the logits"
        words.append(share if device.browser is not None else f"our shaders: {share}")
    return "; ".join(words) or "not tried"


def speed_text(speed: Speed | None) -> str:
    """Speed-up by float16 arithmetic: ``"1.52×"``, ``"none measurable"``."""
    if speed is None:
        return NOTHING
    if speed.has_interval and not (speed.is_faster or speed.is_slower):
        return "none measurable"
    low, high = f"{speed.low:.2f}", f"{speed.high:.2f}"
    span = f"{low}×" if low == high else f"{low} to {high}×"
    return span if speed.has_interval else f"{span} (medians alone)"


def why_text(found: Sequence[Device]) -> str:
    """Speed-up with a pair's network and with a wide one, where they differ most, and why; empty if none has both."""
    both = [(device, device.own, device.wide) for device in found if device.own is not None and device.wide is not None]
    if not both:
        return ""
    device, own, wide = max(both, key=lambda each: each[2].high / each[1].high)
    words = (
        f"Speed-up by float16 on {device.name}: {speed_text(own)} with a network for digits, {speed_text(wide)} with "
        f"{Network.WIDE.title}"
    )
    if wide.low <= own.high:
        return f"{words}."
    return (
        f"{words}. A network for digits leaves it so little to compute that {_starting_text(device)}; float16 can "
        "shorten only the computing."
    )


def predicted_text(found: Sequence[Device]) -> str:
    """Hardware whose float16 logits are predicted bit for bit, in a sentence."""
    names = dict.fromkeys(f"{device.name} ({device.kind.value})" for device in found if device.is_predicted)
    if not names:
        return "No recorded hardware is predicted bit for bit."
    return f"Float16 logits of recorded hardware, predicted bit for bit by an emulation: {'; '.join(names)}."


def device_rows(found: Sequence[Device], pair: ModelPair) -> dict[str, list[str]]:
    """Columns of a table with a row for each device; a row of other models than ``pair`` says so."""
    return {
        "hardware": [device.name for device in found],
        "kind, day": [
            where_text(device) + ("" if device.recording.is_of(pair) else "; other models") for device in found
        ],
        "float16 arithmetic": [float16_text(device) for device in found],
        "predicted bit for bit": [prediction_text(device) for device in found],
        "speed-up, own network": [speed_text(device.own) for device in found],
        "speed-up, wide network": [speed_text(device.wide) for device in found],
    }


def _at_once(counts: Sequence[int | None]) -> str:
    """Numbers of images at once: ``"10 or 100 images at once"``."""
    numbers = [f"{count:,}" for count in counts if count is not None]
    return f"{' or '.join(numbers)} images at once" if numbers else "any number of images at once"


def _starting_text(device: Device) -> str:
    """Sign that a call is mostly its start: the time of the largest call against the smallest."""
    times = () if device.facts is None else device.facts.times
    if len(times) > 1:
        first, last = times[0], times[-1]
        longer, more = last.us_per_image * last.batch / (first.us_per_image * first.batch), last.batch / first.batch
        if longer < more / 10:
            return f"{last.batch:,} images take {longer:.1f} times as long as {first.batch:,}"
    return "a call is mostly its start"
