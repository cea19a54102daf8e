"""Folders that appear complete or not at all, and the remains of killed processes."""

import subprocess
import sys
from pathlib import Path

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
        child.kill()
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
