"""Folders that appear complete or not at all, and the remains of killed processes."""

import fcntl
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from fp16core.atomic_output import is_abandoned, new_folder, remove_abandoned, remove_partials
from fp16core.runs.store import RunStore
from tests.helpers.commands import FILLING
from tests.helpers.places import ROOT


def test_a_folder_being_filled_is_neither_abandoned_nor_removed(tmp_path: Path) -> None:
    with new_folder(tmp_path / "out") as folder:
        (folder / "a").write_text("whole")
        assert not is_abandoned(folder)
        assert not remove_abandoned(folder)
        assert (folder / "a").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a"]


def test_the_folder_of_a_killed_process_is_abandoned_and_can_be_removed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", FILLING, str(tmp_path / "out")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        partial = Path(child.stdout.readline().strip())
        assert not is_abandoned(partial)
        assert not remove_abandoned(partial)
        os.kill(child.pid, signal.SIGKILL)
    assert partial.parent == tmp_path
    assert partial.name.startswith(".out.partial-")
    assert is_abandoned(partial)
    assert (partial / "half.bin").read_bytes() == b"half"
    assert remove_abandoned(partial)
    assert list(tmp_path.iterdir()) == []


def test_only_abandoned_folders_of_the_same_name_are_removed(tmp_path: Path) -> None:
    """Also for names that contain glob characters."""
    with new_folder(tmp_path / "out[1]*") as living:
        kept = {living, tmp_path / ".out1.partial-abcdefgh", tmp_path / "out[1]*.partial-abcdefgh"}
        for path in kept - {living}:
            path.mkdir()
        (tmp_path / ".out[1]*.partial-abcdefgh").mkdir()
        remove_partials(tmp_path / "out[1]*")
        assert set(tmp_path.iterdir()) == kept
    remove_partials(tmp_path / "absent" / "out")


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


def test_a_folder_that_was_never_locked_is_removed(tmp_path: Path) -> None:
    for name in (".out.begun-abcdefgh", ".other.begun-abcdefgh"):
        (tmp_path / name).mkdir()
    remove_partials(tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == [".other.begun-abcdefgh"]
    RunStore(tmp_path).remove_stale_partials()
    assert list(tmp_path.iterdir()) == []


def test_the_name_of_a_folder_may_contain_the_suffix_of_a_begun_one(tmp_path: Path) -> None:
    with new_folder(tmp_path / "a.begun-b") as folder:
        assert folder.name.startswith(".a.begun-b.partial-")
    assert [path.name for path in tmp_path.iterdir()] == ["a.begun-b"]


@pytest.mark.parametrize("name", ["absent", "file"])
def test_only_folders_count_as_abandoned(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("a file")
    assert not is_abandoned(tmp_path / name)
    assert not remove_abandoned(tmp_path / name)


def test_a_check_does_not_hide_an_abandoned_folder_from_another(tmp_path: Path) -> None:
    """Two servers checking at the same moment: a shared lock is not a sign of life."""
    other = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_SH)
    assert is_abandoned(tmp_path)
    os.close(other)
