"""A study: many trainings, each a row, and what they say together."""

from argparse import Namespace
from typing import Any

from fp16core.commands.outcome import Outcome, progress_bar
from fp16core.data.mnist import BUNDLED, dataset_path
from fp16core.files import read_regular
from fp16core.study.cluster import connected
from fp16core.study.plan import VARIED, combinations
from fp16core.study.row import Ending
from fp16core.study.rows_file import RowsFile, Study, read_study
from fp16core.study.run import Order, Standing, missing_recipes, run_study
from fp16core.study.training import Source, read_dataset, train_and_measure
from fp16core.terminal import say
from fp16core.text import count_text, duration_text
from fp16core.training.recipe import Progress
from fp16core.vocabulary import DatasetError

_LARGEST_DATASET_BYTES = 1_000_000_000


def study(options: Namespace) -> Outcome:
    """Do the trainings that have no row yet, or show a study."""
    standing = None if options.show else _run(options)
    found = read_study(options.show or options.out)
    document: dict[str, Any] = {"study": found.name, "rows": len(found.rows)}
    document |= {ending.value: found.ended(ending) for ending in Ending}
    document["processors"] = list(found.processors)
    if standing is not None:
        document |= {"done": standing.done, "seconds": round(standing.seconds, 1)}
    status = 1 if standing is not None and standing.failed else 0
    return Outcome(document, lambda: _show(found, standing), status)


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
            return run_study(client, order, file, train_and_measure, _watch(on_progress))


def _source() -> Source:
    """The data set in use, unless it is the bundled one, which every worker has."""
    path = dataset_path()
    if path == BUNDLED:
        return None
    try:
        return path.name, read_regular(path, _LARGEST_DATASET_BYTES)
    except OSError as error:
        raise DatasetError(f"{path}: the data set cannot be read ({error.strerror}); check HALFBITS_MNIST.") from error


def _watch(on_progress: Progress) -> Any:
    def watch(standing: Standing) -> None:
        on_progress(standing_text(standing), (standing.before + standing.done) / standing.trainings)

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


def _show(found: Study, standing: Standing | None) -> None:
    if standing is not None:
        say(f"{standing.done:,} done in {duration_text(standing.seconds)}, {standing.before:,} were there before.")
    say(f"{found.name}: {len(found.rows):,} rows")
    if len(found.processors) > 1:
        say(f"The study mixes processors: {', '.join(found.processors)}. Files are only comparable within one kind.")
