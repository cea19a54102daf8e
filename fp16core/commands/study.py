"""A study: many trainings, each a row, and what they say together."""

import time
from argparse import Namespace
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from fp16core.commands.shared.outcome import Outcome, progress_bar
from fp16core.data.mnist import BUNDLED, dataset_path
from fp16core.files import read_regular
from fp16core.study.rows.file import RowsFile, Study, read_study
from fp16core.study.rows.row import Ending
from fp16core.study.running.cluster import connected
from fp16core.study.running.plan import VARIED, combinations
from fp16core.study.running.run import Order, Standing, missing_recipes, run_study
from fp16core.study.running.task import Source, read_dataset, train_and_measure
from fp16core.study.summary import GroupSummary, summarise
from fp16core.study.tables import answer_text, study_remarks, study_tables
from fp16core.terminal import print_table, say
from fp16core.text import count_text, duration_text
from fp16core.training.recipe import Progress
from fp16core.vocabulary import DatasetError

_LINE_S = 60
"""Interval of progress lines where there is no terminal."""

_LARGEST_DATASET_BYTES = 1_000_000_000


def study(options: Namespace) -> Outcome:
    """Do the trainings that have no row yet, or show a study."""
    standing = None if options.show else _run(options)
    found, margin = read_study(options.show or options.out), options.margin / 100
    document: dict[str, Any] = {"study": found.name, "rows": len(found.rows)}
    document |= {ending.value: found.ended(ending) for ending in Ending}
    document |= {"processors": list(found.processors), "cut_off_bytes": found.cut_off_bytes, "margin": margin}
    document["recipes"] = [_summary_document(summarise(group, margin)) for group in found.groups]
    if standing is not None:
        document |= {"done": standing.done, "seconds": round(standing.seconds, 1)}
    status = 1 if standing is not None and standing.failed else 0
    return Outcome(document, lambda: _show(found, margin, standing), status)


def _summary_document(group: GroupSummary) -> dict[str, Any]:
    return {"trainings": group.trainings, **asdict(group)}


def _run(options: Namespace) -> Standing:
    source = _source()
    recipes = combinations({setting: getattr(options, setting) for setting in VARIED})
    order = Order(recipes, read_dataset(source)[0], source, options.keep_models)
    with RowsFile.opened(options.out) as file, progress_bar(options) as on_progress:
        missing = missing_recipes(order, file)
        if not missing:
            return Standing(len(recipes), len(recipes), 0, 0, 0, 0, 0.0)
        on_progress("starting the workers", 1 - len(missing) / len(recipes))
        with connected(options.scheduler, options.workers, options.dashboard) as client:
            if client.dashboard_link and options.dashboard:
                say(f"Dask's dashboard: {client.dashboard_link}", options.terminal)
            return run_study(client, order, file, train_and_measure, _watch(options, on_progress))


def _source() -> Source:
    """The data set in use, unless it is the bundled one, which every worker has."""
    path = dataset_path()
    if path == BUNDLED:
        return None
    try:
        return path.name, read_regular(path, _LARGEST_DATASET_BYTES)
    except OSError as error:
        raise DatasetError(f"{path}: the data set cannot be read ({error.strerror}); check HALFBITS_MNIST.") from error


def _watch(options: Namespace, on_progress: Progress) -> Callable[[Standing], None]:
    """Show the progress in the bar; where there is no terminal, as a line per minute."""
    said_s = time.monotonic()

    def watch(standing: Standing) -> None:
        nonlocal said_s
        text = standing_text(standing)
        on_progress(text, (standing.before + standing.done) / standing.trainings)
        if not options.terminal.isatty() and time.monotonic() - said_s >= _LINE_S:
            said_s = time.monotonic()
            say(text, options.terminal)

    return watch


def standing_text(standing: Standing) -> str:
    """Progress in words."""
    parts = [f"{standing.before + standing.done:,} of {count_text(standing.trainings, 'training')}"]
    parts.append(f"{standing.running} running on {count_text(standing.workers, 'worker')}")
    if standing.failed:
        parts.append(f"{standing.failed:,} failed")
    if standing.left_s is not None:
        parts.append(f"{standing.per_minute:.1f} per minute, {duration_text(standing.left_s)} left")
    return ", ".join(parts)


def _show(found: Study, margin: float, standing: Standing | None) -> None:
    if standing is not None:
        say(f"{standing.done:,} done in {duration_text(standing.seconds)}, {standing.before:,} were there before.")
    for remark in study_remarks(found):
        say(remark)
    if found.trained:
        say(answer_text(summarise(found.groups[0], margin)))
    for table in study_tables(found, margin):
        print_table(table)
