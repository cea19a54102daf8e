"""Parts that all commands share: their outcome and their progress bar."""

from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from fp16core.text import visible
from fp16core.training.recipe import Progress


@dataclass(frozen=True)
class Outcome:
    """Outcome of a command: a JSON document, a way to show it to a person, an exit status."""

    document: Any
    show: Callable[[], None]
    status: int = 0


@contextmanager
def progress_bar(options: Namespace) -> Iterator[Progress]:
    """A bar on the terminal while the block runs, and the function that moves it."""
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    # File names are not markup, whatever brackets they contain.
    columns = TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(), TimeRemainingColumn()
    with Bar(*columns, console=Console(file=options.terminal), transient=True) as bar:
        task = bar.add_task("starting", total=1.0)
        yield lambda what, done: bar.update(task, description=visible(what), completed=done)


def parts_of(on_progress: Progress, share: float) -> tuple[Progress, Progress]:
    """Progress of two parts of the work, of which the first takes this share of the whole."""
    return (
        lambda what, done: on_progress(what, share * done),
        lambda what, done: on_progress(what, share + (1 - share) * done),
    )
