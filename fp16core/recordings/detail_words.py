"""Details of a recording as Markdown, empty if there are none; strangers' texts in them are as they came."""

from fp16core.recordings.recording import Recording
from fp16core.text import count_text, percent_text, small_text

_TYPES = {"f32": "float32", "f16": "float16"}


def ran_with_text(recording: Recording) -> str:
    """Drivers and versions that a recording ran with, in a sentence."""
    drivers = [adapter.driver for adapter in recording.adapters if adapter.driver]
    versions = [f"{name} {version}" for name, version in recording.versions.items()]
    told = list(dict.fromkeys((*drivers, *versions)))
    return f"It ran with {', '.join(told)}." if told else ""


def shader_sums_text(recording: Recording) -> str:
    """Share of the float16 logits of this project's shaders that an emulation gives, by the way that they add."""
    if not recording.shader_sums:
        return ""
    lines = [
        f"- {found.adding}: "
        + ("**all logits**" if found.exact_share == 1 else f"{percent_text(found.exact_share)}")
        + f", with {found.way}"
        for found in recording.shader_sums
    ]
    return "This project's shaders on its GPU, by the way that they add, emulated bit for bit:\n\n" + "\n".join(lines)


def noted_text(recording: Recording) -> str:
    """Times of other networks that were noted as medians."""
    if not recording.noted:
        return ""
    lines = [
        f"- {found.network}, {found.mode.title}, {count_text(found.images_at_once, 'image')} at once: "
        f"{_ms(found.float16_us)} in float16, {_ms(found.float32_us)} in float32 arithmetic"
        for found in recording.noted
    ]
    return "Noted as medians alone, which decide nothing:\n\n" + "\n".join(lines)


def refused_text(recording: Recording) -> str:
    """Modes that could not be run, and why."""
    if not recording.refused:
        return ""
    lines = [f"- {mode.title}: {reason}" for mode, reason in recording.refused.items()]
    return "Not run there:\n\n" + "\n".join(lines)


def browser_text(recording: Recording) -> str:
    """Answers and times of a GPU that a browser measured."""
    found = recording.browser
    if found is None:
        return ""
    lines = [
        f"- {_TYPES.get(kind, kind)}: {changed:,} of {count_text(found.images, 'answer')} differ from the server's in "
        "float32"
        + (
            f"; {small_text(found.median_ms[kind])} ms for {count_text(found.timed_images, 'image')}"
            if kind in found.median_ms
            else ""
        )
        for kind, changed in found.changed.items()
    ]
    return "In a browser, by this project's shaders:\n\n" + "\n".join(lines)


def _ms(time_us: float) -> str:
    return f"{small_text(time_us / 1000)} ms"
