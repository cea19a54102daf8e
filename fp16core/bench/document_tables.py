"""Tables of the comparison and of the modes of execution, from the JSON documents of their commands."""

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from fp16core.evaluate.comparison_table import COLUMNS, comparison_rows
from fp16core.terminal import Table, new_table
from fp16core.text import bytes_text, percent_text, small_text

FILES = {"reference": "float32", "target": "float16"}


def comparison_tables(found: Mapping[str, Any]) -> list[Table]:
    """Table of sizes, accuracies and changes, from the document of ``compare``."""
    table = new_table(f"{found['pair']}, {found['images']:,} images", *COLUMNS)
    for row in comparison_rows(found):
        table.add_row(*row)
    return [table]


def runtimes_tables(found: Mapping[str, Any]) -> list[Table]:
    """Tables of accuracy, emulation, times, and loading and memory, from the document of ``runtimes``."""
    modes = found["modes"]
    run = [mode for mode in modes if mode.get("available")]
    timed = [mode for mode in run if isinstance(mode.get("latency"), list)]
    tables = [_accuracies(found["pair"], modes), _emulations(run), _times(timed), _copies(timed)]
    return [table for table in tables if table.row_count]


def _accuracies(pair: str, modes: Sequence[Mapping[str, Any]]) -> Table:
    run = [mode for mode in modes if mode.get("available")]
    size = f", {run[0]['images']:,} images in batches of {run[0]['batch']}" if run else ""
    table = new_table(
        f"{pair}{size}", "mode", "file", "accuracy", "changed answers", "largest logit change", "computed in"
    )
    for mode in modes:
        if not mode.get("available"):
            table.add_row(mode["title"], "", "", "", "", f"not run: {mode.get('reason', 'no reason given')}")
            continue
        by = "" if mode["adapter"] is None else f", by {mode['adapter']['name']}"
        computed = f"{'float16' if mode['computes_float16'] else 'float32'}{by}"
        for role, name in FILES.items():
            cell = mode[role]
            changes = f"{cell['changed_predictions']:,}", _number(cell["max_abs_logit_delta"])
            table.add_row(mode["title"], name, percent_text(cell["accuracy"]), *changes, computed)
    return table


def _emulations(modes: Sequence[Mapping[str, Any]]) -> Table:
    table = new_table(
        "the float16 file's logits against an emulation in NumPy",
        "mode",
        "emulated with",
        "logits equal bit for bit",
        "largest difference",
    )
    for mode in modes:
        for way in mode.get("emulation", {}).get("emulated", ()):
            shares = percent_text(way["exact_share"]), _number(way["max_abs_difference"])
            table.add_row(mode["title"], way["way"], *shares)
    return table


def _times(modes: Sequence[Mapping[str, Any]]) -> Table:
    table = new_table(
        "median time per image; ratios with their 99 % intervals",
        "mode",
        "images at once",
        "float32 file",
        "float16 file",
        "float16 / float32 file",
        "control: float32 file / itself",
        "float16 / float32 arithmetic",
    )
    for mode in modes:
        for batch in mode["latency"]:
            at_once, calls = batch["images_at_once"], batch["timing_of_a_call"]
            times = (f"{_number(calls[role]['median_us'] / at_once)} µs" for role in FILES)
            keys = "target_over_reference", "reference_over_itself", "float16_over_float32_arithmetic"
            table.add_row(mode["title"], f"{at_once:,}", *times, *(_ratio(batch[key]) for key in keys))
    return table


def _copies(modes: Sequence[Mapping[str, Any]]) -> Table:
    table = new_table(
        "median loading time, and resident memory of one more copy",
        "mode",
        "loading float32",
        "loading float16",
        "memory float32",
        "memory float16",
        "float16 − float32 (control)",
    )
    for mode in modes:
        loading = mode["latency"][0]["load_ms"]
        memory = {name: mode["memory_of_a_copy"][f"{name}_bytes"] for name in ("reference", "target", "control")}
        differences = (bytes_text(memory[name] - memory["reference"], signed=True) for name in ("target", "control"))
        table.add_row(
            mode["title"],
            *(f"{_number(statistics.median(loading[role]))} ms" for role in FILES),
            *(bytes_text(memory[role]) for role in FILES),
            "{} ({})".format(*differences),
        )
    return table


def _ratio(found: Mapping[str, float] | None) -> str:
    return "" if found is None else f"{found['value']:.3f} ({found['low']:.3f} to {found['high']:.3f})"


def _number(value: float | None) -> str:
    return "not a number" if value is None else small_text(value)
