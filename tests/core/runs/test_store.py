"""The store of runs: whole runs only, verified, listed, loaded, deleted and zipped."""

import io
import json
import os
import shutil
import sys
import zipfile
from pathlib import Path

import pytest

from fp16core.runs import run_folder
from fp16core.runs.pair import BUNDLED
from fp16core.runs.record import REFERENCE_FILE, RUN_FILE, TARGET_FILE
from fp16core.runs.store import RunStore
from fp16core.vocabulary import OutputError, RunError
from tests.helpers.files.stores import DAYS, add_full_run, add_run, ids, only_reason
from tests.helpers.places import NOT_ON_WINDOWS


def test_a_store_that_nothing_was_written_to_is_empty(store: RunStore) -> None:
    assert (store.runs(), store.skipped(), store.make_room(), store.overfull()) == ((), (), (), None)
    store.remove_partials(store.new_id())
    store.remove_stale_partials()
    assert not store.folder.exists()


def test_runs_of_both_formats_are_listed_newest_first(store: RunStore) -> None:
    """By when they ended, whatever their folders are called and in whichever time zone that is told."""
    add_run(store.folder, "b", "2026-11-20T10:00:00+00:00")
    full = add_full_run(store.folder, "a", "2026-11-20T11:30:00+02:00", recipe={"epochs": 3, "seed": 7})
    add_full_run(store.folder, "c", "2026-11-20T12:00:00+00:00")
    assert ids(store) == ["c", "b", "a"]
    run = store.run("a")
    assert run.created.isoformat() == "2026-11-20T09:30:00+00:00"
    assert (run.recipe.epochs, run.recipe.seed, run.recipe.batch_size) == (3, 7, 32)
    assert run.size_bytes == sum(path.stat().st_size for path in full.iterdir())
    assert run.record == json.loads((full / RUN_FILE).read_text())
    assert store.skipped() == ()


def test_a_run_is_loaded_as_a_pair_of_its_name(store: RunStore) -> None:
    add_run(store.folder, "mine")
    store.rename("mine", "Three epochs")
    pair = store.load("mine")
    assert pair.name == "Three epochs"
    assert pair.reference.contents == (BUNDLED / REFERENCE_FILE).read_bytes()
    assert pair.target.contents == (BUNDLED / TARGET_FILE).read_bytes()
    assert pair.run["reference_accuracy"] == 0.9611


@pytest.mark.parametrize("name", [REFERENCE_FILE, TARGET_FILE, "mnist_model.keras", "train.log"])
def test_a_run_with_an_altered_or_missing_file_is_named_and_skipped(store: RunStore, name: str) -> None:
    """After it was listed as whole, too."""
    path = add_full_run(store.folder, "mine") / name
    assert ids(store) == ["mine"]
    whole = path.read_bytes()
    path.write_bytes(bytes([whole[0] ^ 1]) + whole[1:])
    assert f"{name} was altered or cut off: {len(whole):,} bytes" in only_reason(store)
    path.write_bytes(whole[:-1])
    assert f"{name} was altered or cut off: {len(whole) - 1:,} bytes" in only_reason(store)
    path.unlink()
    assert only_reason(store) == f"{name} is missing; restore it, or remove the folder."
    path.write_bytes(whole)
    assert ids(store) == ["mine"]


def test_folders_that_are_no_runs_are_named_and_kept(store: RunStore) -> None:
    """Somebody's home folder is not a store, and stays as it is."""
    (store.folder / "Documents").mkdir(parents=True)
    (store.folder / "Documents" / "letter.txt").write_text("Dear")
    (store.folder / "notes.txt").write_text("not even a folder")
    assert "holds no run.json" in only_reason(store)
    with pytest.raises(RunError):
        store.delete("Documents")
    assert (store.folder / "Documents" / "letter.txt").read_text() == "Dear"


def test_a_run_with_strange_files_beside_its_own_is_skipped_so_that_it_is_never_deleted(store: RunStore) -> None:
    folder = add_run(store.folder, "mine")
    (folder / ".DS_Store").write_text("of no interest")
    assert ids(store) == ["mine"]
    (folder / "thesis.tex").write_text("ten years")
    assert only_reason(store).startswith("it holds 'thesis.tex', which its run.json does not name")
    with pytest.raises(RunError, match=r"thesis\.tex"):
        store.delete("mine")
    assert (folder / "thesis.tex").exists()


def test_links_lead_neither_delete_nor_zip_outside(store: RunStore, tmp_path: Path) -> None:
    """A link for a run's folder, for a file of it, and for its label."""
    outside = add_run(tmp_path, "outside")
    store.folder.mkdir()
    (store.folder / "linked").symlink_to(outside)
    assert "is a link" in only_reason(store)
    with pytest.raises(RunError, match="is a link"):
        store.delete("linked")
    (store.folder / "linked").unlink()
    inside = add_run(store.folder, "inside")
    (inside / TARGET_FILE).unlink()
    (inside / TARGET_FILE).symlink_to(outside / TARGET_FILE)
    assert f"{TARGET_FILE} cannot be read" in only_reason(store)
    (inside / TARGET_FILE).unlink()
    shutil.copy(outside / TARGET_FILE, inside)
    (outside / "label.json").write_text('{"name": "a", "pinned": false}')
    (inside / "label.json").symlink_to(outside / "label.json")
    assert "label.json cannot be read" in only_reason(store)
    (inside / "label.json").unlink()
    (inside / ".links").mkdir()
    (inside / ".links" / "to").symlink_to(outside)
    store.delete("inside")
    assert len(list(outside.iterdir())) == 5


@NOT_ON_WINDOWS
def test_a_pipe_in_a_run_is_not_waited_for(store: RunStore) -> None:
    folder = add_full_run(store.folder, "mine")
    (folder / "train.log").unlink()
    if sys.platform != "win32":
        os.mkfifo(folder / "train.log")
    assert "train.log cannot be read (it is not a regular file)" in only_reason(store)


def test_listing_again_reads_no_file_that_did_not_change(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither of runs nor of what is skipped; of a run that changed, all of them."""
    add_run(store.folder, "whole")
    (add_run(store.folder, "altered") / TARGET_FILE).write_bytes(b"TFL3")
    read: list[str] = []
    original = run_folder._read

    def noted(path: Path) -> bytes:
        read.append(path.parent.name)
        return original(path)

    monkeypatch.setattr(run_folder, "_read", noted)
    assert ids(store) == ["whole"]
    assert {*read} == {"whole", "altered"}
    read.clear()
    first = store.runs()[0].record
    assert store.runs()[0].record is first
    assert len(store.skipped()) == 1
    assert read == []
    store.set_pinned("whole", True)
    assert store.run("whole").pinned
    assert {*read} == {"whole"}


@pytest.mark.parametrize("id", ["", ".", "..", ".lock", "a/b", "../outside", "/etc", "a/", "a\0b"])
def test_ids_that_would_lead_elsewhere_are_refused(store: RunStore, tmp_path: Path, id: str) -> None:
    add_run(tmp_path, "outside")
    with pytest.raises(RunError, match="cannot be the id of a run"):
        store.path(id)
    with pytest.raises(RunError, match="cannot be the id of a run"):
        store.files(id)
    for ask in (store.run, store.load, store.zip):
        with pytest.raises(RunError, match="is no run in"):
            ask(id)
    store.folder.mkdir()
    with pytest.raises(RunError, match="is no run in"):
        store.delete(id)
    assert (tmp_path / "outside" / RUN_FILE).exists()


def test_a_deleted_run_is_gone_and_only_that(store: RunStore) -> None:
    add_run(store.folder, "a", DAYS[0])
    add_run(store.folder, "b", DAYS[1])
    store.set_pinned("b", True)
    store.delete("b")
    assert ids(store) == ["a"]
    assert sorted(path.name for path in store.folder.iterdir()) == [".lock", "a"]
    for ask in (store.delete, store.run, store.load, store.zip):
        with pytest.raises(RunError, match="may have been deleted"):
            ask("b")
    with pytest.raises(RunError, match="may have been deleted"):
        store.rename("b", "B")
    with pytest.raises(RunError, match="may have been deleted"):
        store.set_pinned("b", True)


def test_a_zip_holds_all_files_of_a_run_in_one_folder(store: RunStore) -> None:
    folder = add_full_run(store.folder, "mine")
    store.rename("mine", "../Größer: 2 × als *alles*")
    contents = store.zip("mine")
    assert contents == RunStore(store.folder).zip("mine")
    with zipfile.ZipFile(io.BytesIO(contents)) as archive:
        names = archive.namelist()
        assert names == [f"half-the-bits-Groer-2-als-alles/{path.name}" for path in sorted(folder.iterdir())]
        for name in names:
            assert archive.read(name) == (folder / Path(name).name).read_bytes()
    store.rename("mine", "数字")
    assert zipfile.ZipFile(io.BytesIO(store.zip("mine"))).namelist()[0].startswith("half-the-bits-run/")


def test_an_unzipped_run_is_a_run(store: RunStore, tmp_path: Path) -> None:
    add_full_run(store.folder, "mine")
    store.rename("mine", "Best")
    zipfile.ZipFile(io.BytesIO(store.zip("mine"))).extractall(tmp_path / "other")
    (run,) = RunStore(tmp_path / "other").runs()
    assert (run.id, run.name) == ("half-the-bits-Best", "Best")


def test_a_store_that_cannot_be_listed_or_changed_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(
            RunError, match=r"cannot be listed \(Not a directory\); name another folder in HALFBITS_RUNS"
        ):
            RunStore(place).runs()
    store = RunStore(tmp_path / "runs", max_runs=1)
    add_run(store.folder, "a", DAYS[0])
    add_run(store.folder, "b", DAYS[1])
    (store.folder / ".lock").mkdir()
    for change in (lambda: store.rename("a", "A"), lambda: store.delete("a"), lambda: store.make_room()):
        with pytest.raises(OutputError, match=r"runs: the store of runs cannot be changed \(Is a directory\)"):
            change()
    assert ids(store) == ["b", "a"]
