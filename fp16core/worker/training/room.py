"""Disk space for files about to be written."""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from fp16core.system.limits import largest_file_bytes
from fp16core.text import bytes_text
from fp16core.training.recipe import Recipe
from fp16core.vocabulary import HalfBitsError, ModelFileError, OutputError


def run_bytes(recipe: Recipe) -> int:
    """Disk space that a training run takes at most: its files, and the converter's copies of the network."""
    return 1_000_000 + 40 * recipe.parameters


@contextlib.contextmanager
def needs_room(out: Path, folder: Path, size_bytes: int) -> Iterator[None]:
    """Check the disk space for a block that writes into a folder: at its start, and again if it fails.

    Libraries that write in native code do not always say why they failed.

    Parameters
    ----------
    out
        Output, as errors name it.
    folder
        An existing folder on the same disk.
    size_bytes
        Most space that the block takes at once.

    Raises
    ------
    OutputError
        If there is less space than that.
    """
    _check(out, folder, size_bytes)
    try:
        yield
    except Exception as error:
        # Of our own errors, only those on a model file may be caused by a full disk.
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
    limit_bytes = largest_file_bytes()
    if limit_bytes is not None and limit_bytes < size_bytes:
        raise OutputError(
            f"{out} cannot be written: files may have {bytes_text(limit_bytes)} here (ulimit -f), and "
            f"{bytes_text(size_bytes)} may be needed. Raise that limit."
        )
