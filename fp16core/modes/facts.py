"""The most important facts on a mode of execution: answers changed and times, measured here or recorded elsewhere."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fp16core.evaluate.comparison import Comparison
from fp16core.modes.latency import TARGET, Difference, Latency, ModeLatency, PairedRatio
from fp16core.modes.runs import ModeRun, ModeTable
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.text import count_text, percent_text, small_text


@dataclass(frozen=True)
class BatchTime:
    """Time of the float16 file for one number of images at once.

    Attributes
    ----------
    batch
        Images for each call.
    us_per_image
        Median time of a call, divided by its images, in microseconds.
    difference
        Verdict on the float16 file against the float32 file.
    arithmetic, arithmetic_difference
        Time in float16 arithmetic over that in float32 arithmetic, and the verdict; `None` unless both were timed.
    files
        Time of the float16 file over that of the float32 file, on which `difference` is the verdict; `None` if unknown.
    """

    batch: int
    us_per_image: float
    difference: Difference
    arithmetic: PairedRatio | None = None
    arithmetic_difference: Difference | None = None
    files: PairedRatio | None = None


@dataclass(frozen=True)
class ModeFacts:
    """The float16 file in one mode, against the float32 file on the CPU in float32 arithmetic.

    Attributes
    ----------
    mode
        The mode of execution.
    images, changed
        Images that were run, and how many of their answers changed; 0 images if only times were measured.
    computes_float16
        True if its results are float16 numbers.
    adapter
        Name of the adapter that computed, if a GPU was asked; otherwise empty.
    by_software
        True if that adapter computes on the processor.
    times
        By batch size, ascending; empty if they were not measured.
    accuracy
        Accuracy as a share of 1; `None` if only times were measured.
    max_abs_logit_delta
        Largest change of a logit; `None` if only times were measured, or if it is no number.
    """

    mode: ExecutionMode
    images: int
    changed: int
    computes_float16: bool
    adapter: str = ""
    by_software: bool = False
    times: tuple[BatchTime, ...] = ()
    accuracy: float | None = None
    max_abs_logit_delta: float | None = None

    @property
    def is_silently_float32(self) -> bool:
        """True if float16 arithmetic was asked for, and float32 was computed."""
        return self.mode.asks_for_float16 and self.images > 0 and not self.computes_float16


def mode_facts(table: ModeTable | None, latencies: Mapping[ExecutionMode, ModeLatency]) -> tuple[ModeFacts, ...]:
    """Facts on each mode that was run or timed.

    Parameters
    ----------
    table
        Both files in the modes; `None` if none was run.
    latencies
        Times of the modes that were timed.
    """
    found = []
    for mode in ExecutionMode:
        run = None if table is None else table.run(mode)
        timed = latencies.get(mode)
        if run is not None or timed is not None:
            compared = None if table is None or run is None else run.against(table.baseline).target.comparison
            found.append(_facts(mode, run, compared, timed))
    return tuple(found)


def answers_text(facts: ModeFacts) -> str:
    """The answers that a mode changed: ``"6 of 10,000 answers change"``."""
    if facts.images == 0:
        return "answers not compared"
    return f"{facts.changed:,} of {count_text(facts.images, 'answer')} change"


def time_text(time: BatchTime) -> str:
    """Time for an image: ``"13.7 µs for an image, 10 images at once"``."""
    return f"{small_text(time.us_per_image)} µs for an image, {count_text(time.batch, 'image')} at once"


def arithmetic_text(facts: ModeFacts) -> str:
    """Time in float16 arithmetic against float32 arithmetic, in words; empty unless both were timed."""
    timed = [time for time in facts.times if time.arithmetic is not None]
    if not timed:
        return ""
    verdicts = {time.arithmetic_difference for time in timed}
    if verdicts == {Difference.NONE}:
        return "as long as in float32, as far as can be measured"
    ratios = [time.arithmetic.value for time in timed if time.arithmetic is not None]
    if min(ratios) == max(ratios):
        return f"{ratios[0]:.2f} times as long as in float32"
    span = f"{min(ratios):.2f} to {max(ratios):.2f} times as long as in float32"
    return span if len(verdicts) == 1 else f"{span}, depending on the images at once"


def fact_rows(found: Sequence[ModeFacts]) -> dict[str, list[str]]:
    """Columns of a table with a row for each mode; times are those of the float16 file for an image."""
    batches = sorted({time.batch for facts in found for time in facts.times})
    times = [{time.batch: f"{small_text(time.us_per_image)} µs" for time in facts.times} for facts in found]
    return {
        "mode": [facts.mode.short_title for facts in found],
        "answers changed": [answers_text(facts).removesuffix(" answers change") for facts in found],
        "accuracy": ["—" if facts.accuracy is None else percent_text(facts.accuracy) for facts in found],
        "float16 arithmetic": [arithmetic_text(facts) or "—" for facts in found],
        **{f"{batch:,} at once": [row.get(batch, "—") for row in times] for batch in batches},
    }


def arithmetic_remark(found: Sequence[ModeFacts]) -> str:
    """Remark that the column *float16 arithmetic* and the times were measured apart; empty if nothing is compared."""
    if not any(map(arithmetic_text, found)):
        return ""
    return (
        "The column *float16 arithmetic* compares with float32 arithmetic of the same file, timed in turns in one "
        "process. The times of each row are from a process of its own, so quotients of two rows differ from it."
    )


def _facts(
    mode: ExecutionMode, run: ModeRun | None, compared: Comparison | None, timed: ModeLatency | None
) -> ModeFacts:
    adapter = next((found.adapter for found in (run, timed) if found is not None and found.adapter is not None), None)
    return ModeFacts(
        mode,
        0 if run is None else run.images,
        0 if compared is None else compared.changed_predictions,
        run is not None and run.computes_float16,
        "" if adapter is None else adapter.name,
        adapter is not None and adapter.is_software,
        () if timed is None else tuple(map(_time, timed.latencies)),
        None if compared is None else compared.target.accuracy.value,
        None if compared is None or not math.isfinite(compared.max_abs_logit_delta) else compared.max_abs_logit_delta,
    )


def _time(found: Latency) -> BatchTime:
    return BatchTime(
        found.batch,
        found.timing(TARGET).median_us / found.batch,
        found.difference,
        found.arithmetic,
        found.arithmetic_difference,
        found.files,
    )
