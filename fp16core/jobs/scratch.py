"""A folder for what must be a file for a moment."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fp16core.temporary import temporary_named

_MEMORY = Path("/dev/shm")  # noqa: S108  # a private folder is made in it
_NEEDED_BYTES = 60_000_000


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A private folder, in memory if the system has room there, that is gone when the block or this process ends.

    In the block, temporary files of this process go there, too: TensorFlow's converter makes some. The
    folder goes however the process ends, because a second one holds the other end of a pipe, and removes
    the folder when this end is closed. It belongs to no group that `fp16core.jobs.job.Job` kills.
    Raises `OutputError` if there is no place for it.
    """
    in_memory = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free >= _NEEDED_BYTES
    with temporary_named():
        folder = tempfile.mkdtemp(prefix="halfbits-", dir=_MEMORY if in_memory else None)
    command = ["/bin/sh", "-c", 'read -r nothing; rm -rf -- "$0"', folder]
    with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True):  # noqa: S603  # our own words
        before, tempfile.tempdir = tempfile.tempdir, folder
        try:
            yield Path(folder)
        finally:
            tempfile.tempdir = before
