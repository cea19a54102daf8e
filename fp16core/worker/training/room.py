"""Room on the disk for what is going to be written."""

import contextlib
import resource
import shutil
from collections.abc import Iterator
from pathlib import Path

from fp16core.text import bytes_text
from fp16core.training.recipe import Recipe
from fp16core.vocabulary import HalfBitsError, ModelFileError, OutputError


def run_bytes(recipe: Recipe) -> int:
    """Most that a training run has on the disk at once: its files, and the converter's copies of the network."""
    return 1_000_000 + 40 * recipe.parameters


@contextlib.contextmanager
def needs_room(out: Path, folder: Path, size_bytes: int) -> Iterator[None]:
    """A block that writes into a folder; too little room is named at its start, and where the block fails for it.

    Libraries that write in native code do not always say why they failed.

    Parameters
    ----------
    out
        What errors call it.
    folder
        An existing folder on the same disk.
    size_bytes
        Most that the block has on the disk at once.

    Raises
    ------
    OutputError
        If there is less room than that.
    """
    _check(out, folder, size_bytes)
    try:
        yield
    except Exception as error:
        # Of our own errors, only those on a model file may stand for a disk that has become full.
        if isinstance(error, ModelFileError) or not isinstance(error, HalfBitsError):
            try:
                _check(out, folder, size_bytes)
            except OutputError as full:
                raise full from error
        raise


def _check(out: Path, folder: Path, size_bytes: int) -> None:
    free_bytes = shutil.disk_usage(folder).free
    if free_bytes < size_bytes:
        raise OutputError(
            f"{out} cannot be written: its disk has {bytes_text(free_bytes)} left, and {bytes_text(size_bytes)} may be "
            "needed. Free some space, or choose another folder."
        )
    limit_bytes = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
    if limit_bytes != resource.RLIM_INFINITY and limit_bytes < size_bytes:
        raise OutputError(
            f"{out} cannot be written: files may have {bytes_text(limit_bytes)} here (ulimit -f), and "
            f"{bytes_text(size_bytes)} may be needed. Raise that limit."
        )
