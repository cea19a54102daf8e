"""Measurements against what a user would do instead."""

from argparse import Namespace

from fp16core.commands.outcome import Outcome, progress_bar

BENCH_PARTS = ("batch", "evaluation", "lab", "load", "process", "sharing", "strangers", "training", "uploads")


def bench(options: Namespace) -> Outcome:
    """Measurements against what a user would do instead."""
    from fp16core.bench.run import run_bench
    from fp16core.bench.tables import show_results

    with progress_bar(options) as on_progress:
        results = run_bench(options.parts or BENCH_PARTS, options.repeats, on_progress)

    return Outcome([result.document() for result in results], lambda: show_results(results, options.repeats))
