"""Folder of a store of runs: its entries, its lock, and the remains of killed processes."""

import contextlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from fp16core.atomic_output import remove_abandoned
from fp16core.system.files import replace
from fp16core.system.locks import exclusive
from fp16core.vocabulary import OutputError, RunError

FOLDER_VARIABLE = "HALFBITS_RUNS"

_PARTIAL = re.compile(r"\.(.+)\.(?:begun|partial)-\w{8}")
_DELETED = re.compile(r"\..+\.deleted-[0-9a-f]{8}")


def visible_folders(store: Path) -> list[os.DirEntry[str]]:
    """Folders that are not hidden, and links; raises `RunError` if the store's folder cannot be listed."""
    return [entry for entry in _entries(store) if entry.name[0] != "."]


def remove_folder(folder: Path) -> None:
    """Remove a run's folder: whoever lists the store meanwhile sees all of the run or nothing.

    Raises
    ------
    OSError
        If it is not there, or cannot be removed.
    """
    leaving = folder.with_name(f".{folder.name[:40]}.deleted-{secrets.token_hex(4)}")
    replace(folder, leaving)
    shutil.rmtree(leaving)


def remove_partials(store: Path, of: str | None = None) -> None:
    """Remove unfinished runs that are no longer being written: those of one id, or all of them."""
    for entry in _entries(store):
        match = _PARTIAL.fullmatch(entry.name)
        if match and (of is None or match[1] == of[:40]):
            remove_abandoned(Path(entry.path))


def remove_half_deleted(store: Path) -> None:
    """Finish removals that were interrupted."""
    for entry in _entries(store):
        if _DELETED.fullmatch(entry.name):
            shutil.rmtree(entry.path, ignore_errors=True)  # another server may be removing it, too


@contextlib.contextmanager
def changing(store: Path) -> Iterator[None]:
    """A block in which no other process changes the store.

    Raises
    ------
    RunError
        If the run to change does not exist.
    OutputError
        If it cannot be changed.
    """
    try:
        with exclusive(store / ".lock"):
            yield
    except FileNotFoundError as error:
        raise RunError(f"{store}: the run was deleted meanwhile; choose another one.") from error
    except OSError as error:
        raise OutputError(
            f"{store}: the store of runs cannot be changed ({error.strerror}); make it writable, or name another "
            f"folder in {FOLDER_VARIABLE}."
        ) from error


def _entries(store: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(store) as entries:
            return [entry for entry in entries if entry.is_symlink() or entry.is_dir(follow_symlinks=False)]
    except FileNotFoundError:
        return []  # the first run makes the store
    except OSError as error:
        raise RunError(
            f"{store}: the store of runs cannot be listed ({error.strerror}); name another folder in {FOLDER_VARIABLE}."
        ) from error
