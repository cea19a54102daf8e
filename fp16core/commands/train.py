"""A training run in a process of its own, followed until it ends."""

import time
from argparse import Namespace
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from fp16core.atomic_output import remove_partials
from fp16core.commands.shared.outcome import Outcome, progress_bar
from fp16core.jobs.job import Job
from fp16core.runs.record import QUANTIZER_FILE, REFERENCE_FILE, TARGET_FILE
from fp16core.terminal import Table, new_table, print_table
from fp16core.text import bytes_text, percent_text, small_text
from fp16core.training.recipe import USUAL, Progress, Recipe
from fp16core.training.trace import Trace
from fp16core.vocabulary import WorkerError
from fp16core.worker.training.process import MODULE, request_for

_POLL_S = 0.1
"""Polling interval while the process runs."""


def train(options: Namespace) -> Outcome:
    """Train a model."""
    given = {item.name: getattr(options, item.name) for item in fields(Recipe)}
    recipe = replace(USUAL[options.network], **{name: value for name, value in given.items() if value is not None})
    with progress_bar(options) as on_progress:
        record = _watched(options.out, recipe, on_progress)

    def show() -> None:
        print_table(_epochs(f"{options.out}, {recipe.parameters:,} parameters", record))
        print_table(_files(record))

    return Outcome({"out": str(options.out), **record}, show)


def _watched(out: Path, recipe: Recipe, on_progress: Progress) -> dict[str, Any]:
    """Train in a child process; whatever ends the wait also ends that process and removes its unfinished files."""
    trace = Trace()

    def take(message: dict[str, Any]) -> None:
        nonlocal trace
        trace = trace.with_message(message)

    job = Job(MODULE, request_for(out, recipe), on_message=take)
    try:
        while job.is_running:
            # Not `job.wait`: Python considers a thread ended when Ctrl-C interrupts the wait for it.
            time.sleep(_POLL_S)
            on_progress(job.what + _latest(trace), job.done)
    finally:
        job.stop()
        remove_partials(out)
    if job.answer is None:
        raise WorkerError(job.error)
    return job.answer


def _latest(trace: Trace) -> str:
    if not trace.steps:
        return ""
    step = trace.steps[-1]
    return f": loss {small_text(step.loss)}, accuracy {percent_text(step.accuracy)}"


def _epochs(title: str, record: dict[str, Any]) -> Table:
    table = new_table(title, "epoch", "loss", "accuracy", "test loss", "float32", "float16", "changed", "seconds")
    history = record["history"]
    numbers = zip(
        history["loss"],
        history["accuracy"],
        history["reference_loss"],
        history["reference_accuracy"],
        history["target_accuracy"],
        history["changed_predictions"],
        history["seconds"],
        strict=True,
    )
    for number, (loss, learned, test_loss, reference, target, changed, seconds) in enumerate(numbers, 1):
        losses = [_number(loss), percent_text(learned), _number(test_loss)]
        table.add_row(
            str(number), *losses, percent_text(reference), percent_text(target), f"{changed:,}", f"{seconds:.2f}"
        )
    table.add_section()
    table.add_row("total", *[""] * 6, f"{sum(record['seconds'].values()):.2f}")
    return table


def _files(record: dict[str, Any]) -> Table:
    table = new_table("", "", "float32", "float16, TensorFlow's converter", "float16, LiteRT Quantizer")
    files = record["files"]
    sizes = (bytes_text(files[name]["size_bytes"]) for name in (REFERENCE_FILE, TARGET_FILE, QUANTIZER_FILE))
    table.add_row("file size", *sizes)
    roles = ("reference", "target", "quantizer")
    table.add_row("accuracy", *(percent_text(record[f"{role}_accuracy"]) for role in roles))
    for row, key in (("changed predictions", "changed_predictions"), ("largest logit change", "max_abs_logit_delta")):
        table.add_row(row, "", *(_number(record[prefix + key]) for prefix in ("", "quantizer_")))
    return table


def _number(value: float | None) -> str:
    return small_text(float("nan") if value is None else value)
