"""Tables and sentences on the time and memory that the modes of execution take."""

import statistics
from collections.abc import Sequence

from fp16core.modes.latency import REFERENCE, TARGET, Difference, Latency, ModeLatency, difference_text, ratio_text
from fp16core.text import size_text, small_text


def latency_rows(found: Sequence[ModeLatency]) -> dict[str, list[str]]:
    """Columns of a table with a row for each mode and batch size."""
    latencies = [latency for mode in found for latency in mode.latencies]
    return {
        "mode": [x.mode.short_title for x in latencies],
        "at once": [f"{x.batch:,}" for x in latencies],
        "float32 file": [_timing_text(x, REFERENCE) for x in latencies],
        "float16 file": [_timing_text(x, TARGET) for x in latencies],
        "float16 / float32": [ratio_text(x.files) for x in latencies],
        "difference": [
            "none measurable" if x.difference is Difference.NONE else difference_text(x.difference, x.files)
            for x in latencies
        ],
        "control": [ratio_text(x.control) for x in latencies],
        "calls": [f"{x.pairs:,}" for x in latencies],
    }


def memory_rows(found: Sequence[ModeLatency]) -> dict[str, list[str]]:
    """Columns of a table with a row for each mode: loading, first run and memory, at the smallest batch size."""
    first = [mode.latencies[0] for mode in found]
    return {
        "mode": [mode.mode.short_title for mode in found],
        "first load": [f"{small_text(mode.first_load_ms)} ms" for mode in found],
        "again, float32": [_median_ms(x.load_ms[REFERENCE]) for x in first],
        "again, float16": [_median_ms(x.load_ms[TARGET]) for x in first],
        "first run, float32": [_median_ms(x.first_run_ms[REFERENCE]) for x in first],
        "first run, float16": [_median_ms(x.first_run_ms[TARGET]) for x in first],
        "memory, float32": [size_text(mode.memory.reference_bytes) for mode in found],
        "memory, float16": [size_text(mode.memory.target_bytes) for mode in found],
        "float16 − float32 (control)": [
            f"{_change_text(mode.memory.target_bytes - mode.memory.reference_bytes)} "
            f"({_change_text(mode.memory.control_bytes - mode.memory.reference_bytes)})"
            for mode in found
        ],
    }


def memory_verdict(found: Sequence[ModeLatency]) -> str:
    """Answer, in a sentence, to whether the float16 file uses more memory."""
    words = {
        "less": [mode.mode.short_title for mode in found if mode.memory.difference_bytes < 0],
        "more": [mode.mode.short_title for mode in found if mode.memory.difference_bytes > 0],
        "as much, as far as can be told,": [
            mode.mode.short_title for mode in found if mode.memory.difference_bytes == 0
        ],
    }
    parts = [f"**{word}** in {', '.join(modes)}" for word, modes in words.items() if modes]
    return f"In memory, the float16 file takes {'; '.join(parts)}."


def arithmetic_verdict(found: Sequence[ModeLatency]) -> str:
    """Answer, in a sentence, to whether float16 arithmetic is faster; empty if no mode with it was timed."""
    words = []
    for mode in found:
        timed = [x for x in mode.latencies if x.arithmetic is not None]
        differences = {x.arithmetic_difference for x in timed}
        ratios = [x.arithmetic.value for x in timed if x.arithmetic is not None]
        if not ratios:
            continue
        span = f"{min(ratios):.2f} to {max(ratios):.2f} times as long"
        verdict = {
            frozenset({Difference.FASTER}): f"is **faster** ({span})",
            frozenset({Difference.SLOWER}): f"is **slower** ({span})",
            frozenset({Difference.NONE}): "takes **as long, as far as can be measured**",
        }.get(frozenset(d for d in differences if d is not None), f"depends on the batch ({span})")
        words.append(f"on the {'GPU' if mode.mode.on_gpu else 'CPU'} it {verdict}")
    return f"Against float32 arithmetic, {' and '.join(words)}." if words else ""


def _timing_text(latency: Latency, what: str) -> str:
    timing = latency.timing(what)
    numbers = (small_text(value / latency.batch) for value in (timing.median_us, timing.low_us, timing.high_us))
    return "{} µs ({} to {})".format(*numbers)


def _change_text(size_bytes: float) -> str:
    """A change of a size, with its sign: ``−52.4 kB``."""
    sign = "−" if size_bytes < 0 else "+" if size_bytes > 0 else ""
    return f"{sign}{size_text(abs(size_bytes))}"


def _median_ms(values: Sequence[float]) -> str:
    return f"{small_text(statistics.median(values))} ms"
