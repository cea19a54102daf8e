"""Locks of folders on Linux and macOS, at the moments when another process looks at them."""

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from fp16core.atomic_output import is_abandoned, new_folder, remove_partials
from fp16core.runs.store import RunStore

assert sys.platform != "win32"  # conftest.py leaves this module out there

import fcntl  # noqa: E402


@pytest.mark.parametrize("moment", ["made", "about to be locked"])
@pytest.mark.parametrize("clear_up", ["by name", "the whole store"])
def test_a_folder_removed_before_it_is_locked_is_created_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str, clear_up: str
) -> None:
    """Cleanup by another process at the worst moment goes unnoticed by the process that fills a folder."""
    out = tmp_path / "out"
    cleared: list[bool] = []

    def clear() -> None:
        if not cleared:
            cleared.append(True)
            remove_partials(out) if clear_up == "by name" else RunStore(tmp_path).remove_stale_partials()
            assert list(tmp_path.iterdir()) == []

    make, lock = tempfile.mkdtemp, fcntl.flock

    def mkdtemp(**options: Any) -> str:
        made: str = make(**options)
        if moment == "made":
            clear()
        return made

    def flock(descriptor: int, kind: int) -> None:
        if moment != "made" and kind == fcntl.LOCK_EX:
            clear()
        lock(descriptor, kind)

    monkeypatch.setattr(tempfile, "mkdtemp", mkdtemp)
    monkeypatch.setattr(fcntl, "flock", flock)
    with new_folder(out) as folder:
        (folder / "a").write_text("whole")
        remove_partials(out)
    assert cleared
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (out / "a").read_text() == "whole"


def test_a_folder_is_named_partial_only_while_it_is_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A partial folder is locked from the moment it is visible under its name."""
    seen: list[list[Path]] = []
    lock = fcntl.flock

    def flock(descriptor: int, kind: int) -> None:
        seen.append(list(tmp_path.glob(".out.partial-*")))
        lock(descriptor, kind)

    monkeypatch.setattr(fcntl, "flock", flock)
    with new_folder(tmp_path / "out"):
        assert seen == [[]]
        (partial,) = tmp_path.glob(".out.partial-*")
        assert not is_abandoned(partial)


def test_a_check_does_not_hide_an_abandoned_folder_from_another(tmp_path: Path) -> None:
    """Two servers checking at the same moment: a shared lock is not a sign of life."""
    other = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_SH)
    assert is_abandoned(tmp_path)
    os.close(other)
