"""A study in progress: its tasks are handed to Dask, and each row is kept as soon as it is there."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fp16core.atomic_output import new_folder
from fp16core.study.rows.codec import parse_row
from fp16core.study.rows.file import RowsFile
from fp16core.study.rows.row import DatasetFacts, Ending, Row
from fp16core.study.running.cluster import ATTEMPTS
from fp16core.study.running.task import Source, timestamp
from fp16core.text import first_line
from fp16core.training.recipe import Recipe
from fp16core.training.recipe_text import recipe_text
from fp16core.vocabulary import WorkerError

if TYPE_CHECKING:
    from distributed import Client, Future

MODELS_FOLDER = "models"

Work = Callable[[Mapping[str, Any], Source, bool], Mapping[str, Any]]
"""The task: `fp16core.study.running.task.train_and_measure`, or what a test puts in its place."""

_POLL_S = 0.2
COUNT_S = 2.0
"""Intervals at which finished tasks are fetched, and running ones are counted."""


@dataclass(frozen=True)
class Standing:
    """Progress of a study.

    Attributes
    ----------
    trainings
        Trainings asked for.
    before
        Of these, those that had a row when the command started.
    done, failed
        Trainings finished since then, and of these the ones that failed.
    running
        Trainings being worked on.
    workers
        Workers of the cluster.
    seconds
        Time since the tasks were handed over.
    """

    trainings: int
    before: int
    done: int
    failed: int
    running: int
    workers: int
    seconds: float

    @property
    def per_minute(self) -> float:
        """Trainings per minute; 0 before the first."""
        return 60 * self.done / self.seconds if self.seconds > 0 else 0.0

    @property
    def left_s(self) -> float | None:
        """Time left at this rate; `None` before the first training is done."""
        left = self.trainings - self.before - self.done
        return 60 * left / self.per_minute if self.done else None


Watch = Callable[[Standing], None]


@dataclass(frozen=True)
class Order:
    """Everything about a study but the cluster it runs on.

    Attributes
    ----------
    recipes
        Trainings asked for.
    dataset
        Facts of the data set that they learn from.
    source
        Its contents, if workers do not have it.
    keep_models
        Whether model files are kept.
    """

    recipes: Sequence[Recipe]
    dataset: DatasetFacts
    source: Source
    keep_models: bool


def run_study(client: "Client", order: Order, file: RowsFile, work: Work, watch: Watch) -> Standing:
    """Do all trainings of an order that have no row yet.

    Parameters
    ----------
    client
        Of Dask's cluster.
    order
        The trainings.
    file
        Receives the rows.
    work
        The task.
    watch
        Called several times per second.

    Raises
    ------
    WorkerError
        If the scheduler is gone, or a worker answers with something else than a row.
    OutputError
        If a row or a model file cannot be written.
    """
    missing = missing_recipes(order, file)
    return _Progress(client, order, file, watch, before=len(order.recipes) - len(missing)).follow(missing, work)


def missing_recipes(order: Order, file: RowsFile) -> list[Recipe]:
    """Trainings of an order that are still to be done; those that failed are tried again."""
    there = {row.key for row in file.study.rows if row.ending is not Ending.FAILED}
    return [recipe for recipe in order.recipes if (recipe, order.dataset.sha256) not in there]


class _Progress:
    def __init__(self, client: "Client", order: Order, file: RowsFile, watch: Watch, before: int) -> None:
        self._client, self._order, self._file, self._watch, self._before = client, order, file, watch, before
        self._done = self._failed = 0
        self._start = time.monotonic()
        self._counted = -COUNT_S
        self._running = self._workers = 0

    def follow(self, recipes: Sequence[Recipe], work: Work) -> Standing:
        from distributed import as_completed

        # A task of its own, so that the contents travel once, and are there again if their worker dies.
        source = self._client.submit(_same, self._order.source) if self._order.source else None
        tasks = {
            self._client.submit(
                work, asdict(recipe), source, self._order.keep_models, retries=ATTEMPTS - 1, pure=False
            ): recipe
            for recipe in recipes
        }
        self._start = time.monotonic()
        # With results: they are fetched as soon as they are there, and no longer lost with their worker.
        finished = as_completed(list(tasks), with_results=True, raise_errors=False)
        while tasks:
            for future, answer in finished.next_batch(block=False):
                self._take(future, answer, tasks.pop(future))
            self._watch(self._standing(tasks))
            if tasks:
                time.sleep(_POLL_S)
        return self._standing(tasks)

    def _take(self, future: "Future[Any]", answer: Any, recipe: Recipe) -> None:
        """Keep the outcome of a task; then Dask may forget it."""
        if future.status == "cancelled":
            raise WorkerError(
                f"The scheduler is gone; {self._done:,} trainings of this run have been kept. Start the same command "
                "again when it is back."
            )
        if future.status == "error":
            error = future.exception()
            text = f"{type(error).__name__}: {first_line(error)}"[:1000]
            row = Row(recipe, self._order.dataset, Ending.FAILED, text, timestamp(), None, None)
        else:  # finished, or lost again with its worker after the answer has arrived here
            row = self._kept(answer, recipe)
        self._file.append(row)
        self._done += 1
        self._failed += row.ending is Ending.FAILED
        future.release()

    def _kept(self, answer: Mapping[str, Any], recipe: Recipe) -> Row:
        """Row of an answer, whose model files are written first: a row then vouches for them."""
        try:
            row = parse_row(answer["row"])
        except (ValueError, KeyError, TypeError) as error:
            raise WorkerError(
                f"A worker's answer is no row of a study ({error!r:.200}); install the same version of half-the-bits "
                "on all machines."
            ) from error
        if row.key != (recipe, self._order.dataset.sha256):
            raise WorkerError(
                f"A worker has trained {recipe_text(row.recipe)} on data set {row.dataset.sha256:.12} instead of "
                f"{recipe_text(recipe)} on {self._order.dataset.sha256:.12}; install the same version of half-the-bits "
                "on all machines."
            )
        folder = self._file.path.parent / MODELS_FOLDER / recipe_name(recipe)
        if answer["models"] and not folder.exists():
            with new_folder(folder) as partial:
                for name, contents in answer["models"].items():
                    (partial / Path(name).name).write_bytes(contents)
        return row

    def _standing(self, tasks: Mapping["Future[Any]", Recipe]) -> Standing:
        now = time.monotonic()
        if now - self._counted >= COUNT_S and tasks:
            self._counted = now
            ours = {future.key for future in tasks}
            processing = self._client.processing()
            # A worker does one training at a time; others may wait there.
            self._running = sum(not ours.isdisjoint(keys) for keys in processing.values())
            self._workers = len(processing)
        return Standing(
            trainings=len(self._order.recipes),
            before=self._before,
            done=self._done,
            failed=self._failed,
            running=min(self._running, len(tasks)),
            workers=self._workers,
            seconds=now - self._start,
        )


def recipe_name(recipe: Recipe) -> str:
    """Name of the folder of a training's models: ``seed-7_epochs-1_filters-12_kernel_size-3_…``."""
    return "_".join(
        f"{name}-{value:g}" if isinstance(value, float) else f"{name}-{value}" for name, value in asdict(recipe).items()
    )


def _same(source: Source) -> Source:
    return source
