"""A folder for what must be a file for a moment."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fp16core.atomic_output import remove_abandoned
from fp16core.system.files import MEMORY_FOLDER
from fp16core.system.locks import FolderLock
from fp16core.temporary import temporary_named

_PREFIX = "halfbits-"
_NEEDED_BYTES = 60_000_000


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A private folder, in memory if the system has room there, that is gone when the block or this process ends.

    In the block, temporary files of this process go there, too: TensorFlow's converter makes some. The
    folder goes however the process ends, because a second one holds the other end of a pipe, and removes
    the folder when this end is closed. It belongs to no group that `fp16core.jobs.job.Job` kills. On Windows, where
    it would, the folder of a killed process goes when the next one is made.
    Raises `OutputError` if there is no place for it.
    """
    in_memory = MEMORY_FOLDER is not None and _has_room(MEMORY_FOLDER)
    with temporary_named():
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=MEMORY_FOLDER if in_memory else None))
    with _removed_afterwards(folder):
        before, tempfile.tempdir = tempfile.tempdir, str(folder)
        try:
            yield folder
        finally:
            tempfile.tempdir = before


def _has_room(folder: Path) -> bool:
    return folder.is_dir() and shutil.disk_usage(folder).free >= _NEEDED_BYTES


@contextmanager
def _removed_afterwards(folder: Path) -> Iterator[None]:
    if sys.platform == "win32":
        lock = FolderLock(folder)
        for other in folder.parent.glob(f"{_PREFIX}????????"):
            remove_abandoned(other)
        try:
            yield
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            lock.release()
    else:
        command = ["/bin/sh", "-c", 'read -r nothing; rm -rf -- "$0"', str(folder)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True):  # noqa: S603  # our own words
            yield
