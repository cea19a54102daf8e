"""Measurements against what a user would do instead."""

from argparse import Namespace
from datetime import UTC, datetime

from fp16core.commands.shared.outcome import Outcome, progress_bar
from fp16core.terminal import print_table

BENCH_PARTS = (
    "batch",
    "compare",
    "diagnose",
    "evaluation",
    "gpu",
    "lab",
    "load",
    "process",
    "runtimes",
    "sharing",
    "strangers",
    "study",
    "training",
    "uploads",
)


NEEDS_DRIVER = ("gpu",)
"""Parts that are measured only if they are named, as most machines without a GPU lack what they need."""


def bench(options: Namespace) -> Outcome:
    """Measure the parts chosen; with ``--write``, write each into the documents as soon as it has been measured."""
    from fp16core.bench.parts import run_bench
    from fp16core.bench.sections import check_sections, machine_text, write_sections
    from fp16core.bench.tables import result_tables
    from fp16core.jobs.child import ROOT

    parts = options.parts or [part for part in BENCH_PARTS if part not in NEEDS_DRIVER]
    if options.write:
        check_sections(ROOT, parts)
    measured = []
    with progress_bar(options) as on_progress:
        for found in run_bench(parts, options.repeats, on_progress):
            measured.append(found)
            if options.write:
                write_sections(ROOT, found, machine_text(), datetime.now(UTC).date())

    def show() -> None:
        for found in measured:
            for table in result_tables(found.results, found.repeats):
                print_table(table)

    return Outcome([result.document() for found in measured for result in found.results], show)
