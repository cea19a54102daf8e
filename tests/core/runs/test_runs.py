"""The store of runs: whole runs only, verified, named, kept within limits, safe to share."""

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fp16core.output import new_folder
from fp16core.runs import run_folder
from fp16core.runs.pair import BUNDLED, REFERENCE_FILE, RUN_FILE, TARGET_FILE
from fp16core.runs.store import RunStore
from fp16core.vocabulary import OutputError, RunError, SettingError
from tests.helpers.commands import FILLING
from tests.helpers.files.stores import add_full_run, add_run
from tests.helpers.places import ROOT

DAYS = [f"2026-11-{day:02}T10:00:00+00:00" for day in range(1, 29)]


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


def ids(store: RunStore) -> list[str]:
    return [run.id for run in store.runs()]


def only_reason(store: RunStore) -> str:
    """Why the only folder in a store is no run, which neither `run` nor `load` half loads."""
    assert store.runs() == ()
    (skipped,) = store.skipped()
    for ask in (store.run, store.load, store.zip):
        with pytest.raises(RunError):
            ask(skipped.folder)
    return skipped.reason


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
    assert pair.reference == (BUNDLED / REFERENCE_FILE).read_bytes()
    assert pair.target == (BUNDLED / TARGET_FILE).read_bytes()
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


@pytest.mark.parametrize(
    "change",
    [
        {"format": "1"},
        {"format": 0},
        {"created": "yesterday"},
        {"created": "2026-11-20T10:00:00"},
        {"created": 5},
        {"recipe": None},
        {"recipe": {"epochs": 0, "seed": 0}},
        {"recipe": {"epochs": "one", "seed": 0}},
        {"recipe": {"unheard_of": 1}},
        {"files": []},
        {"files": {}},
        {"reference_accuracy": 1.01},
        {"target_accuracy": None},
        {"target_accuracy": float("nan")},
        {"changed_predictions": -1},
        {"test_images": True},
        {"dataset": []},
        {"name": "\ud800"},
        {"name": 3},
    ],
)
def test_a_record_that_cannot_be_is_named_and_skipped(store: RunStore, change: dict[str, Any]) -> None:
    add_run(store.folder, "mine", **({"created": DAYS[0]} | change))
    assert only_reason(store).startswith("its run.json is not a run's record (")


@pytest.mark.parametrize("text", ["[" * 100_000, "", "{", "[]", "{}", "null", "\xff", '{"format": 1e999}'])
def test_a_record_that_is_none_is_named_and_skipped(store: RunStore, text: str) -> None:
    (add_run(store.folder, "mine") / RUN_FILE).write_text(text, encoding="latin-1")
    assert only_reason(store).startswith("its run.json is not a run's record (")


@pytest.mark.parametrize("name", ["../other/secret", "/etc/hostname", ".hidden", "", "..", "a\0b", "run.json", "ü"])
def test_a_record_names_no_files_outside_its_folder(store: RunStore, name: str) -> None:
    folder = add_run(store.folder, "mine")
    record = json.loads((folder / RUN_FILE).read_text())
    record["files"][name] = record["files"][REFERENCE_FILE]
    (folder / RUN_FILE).write_text(json.dumps(record))
    assert only_reason(store).startswith("its run.json is not a run's record (")


def test_what_only_a_newer_version_can_read_is_said_to_be_newer(store: RunStore) -> None:
    add_run(store.folder, "mine", format=3)
    assert only_reason(store) == "its run.json has format 3, which only a newer Half the Bits can read."


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


def test_a_pipe_in_a_run_is_not_waited_for(store: RunStore) -> None:
    folder = add_full_run(store.folder, "mine")
    (folder / "train.log").unlink()
    os.mkfifo(folder / "train.log")
    assert "train.log cannot be read (it is no ordinary file)" in only_reason(store)


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


def test_names_are_kept_beside_a_record_that_never_changes(store: RunStore) -> None:
    folder = add_run(store.folder, "mine")
    before = (folder / RUN_FILE).read_bytes()
    assert (store.run("mine").name, store.run("mine").pinned) == ("mine", False)
    store.set_pinned("mine", True)
    store.rename("mine", "  Größer \n als  alles ")
    again = RunStore(store.folder).run("mine")
    assert (again.name, again.pinned) == ("Größer als alles", True)
    store.set_pinned("mine", False)
    assert (store.run("mine").name, store.run("mine").pinned) == ("Größer als alles", False)
    assert (folder / RUN_FILE).read_bytes() == before
    assert sorted(path.name for path in folder.iterdir() if path.name[0] == ".") == []


def test_names_are_not_empty_too_long_invisible_or_taken(store: RunStore) -> None:
    add_run(store.folder, "a", DAYS[0])
    add_run(store.folder, "b", DAYS[1])
    store.rename("a", "Base")
    store.rename("a", "BASE")
    for name, words in (
        ("", "this one has 0"),
        ("\n \t", "this one has 0"),
        ("x" * 61, "this one has 61"),
        ("a\u202eb", "cannot be seen"),
        ("a\ud800", "cannot be seen"),
        ("base", "Another run is called “base”"),
        ("bundled pair", "would be taken for something else"),
        ("mine (yours)", "would be taken for something else"),
    ):
        with pytest.raises(RunError, match=words):
            store.rename("b", name)
        with pytest.raises(RunError, match=words):
            store.check_name(name)
    assert store.check_name("base", but="a") == "base"
    assert [run.name for run in store.runs()] == ["b", "BASE"]
    store.rename("b", "x" * 60)
    assert store.run("b").name == "x" * 60


def test_runs_that_share_a_name_get_numbers(store: RunStore) -> None:
    """The oldest keeps it; what is then written to disk is what was shown."""
    for number, day in enumerate(DAYS[:3]):
        add_full_run(store.folder, f"run{number}", day, name="Try" if number else "try")
    assert [run.name for run in store.runs()] == ["Try (3)", "Try (2)", "try"]
    store.set_pinned("run1", True)
    store.delete("run0")
    assert [run.name for run in store.runs()] == ["Try", "Try (2)"]


def test_runs_that_arrive_with_names_of_other_things_get_numbers(store: RunStore) -> None:
    add_full_run(store.folder, "a", DAYS[0], name="Bundled pair")
    add_full_run(store.folder, "b", DAYS[1], name="x (yours)")
    assert [run.name for run in store.runs()] == ["x (yours) (2)", "Bundled pair (2)"]


def test_an_altered_label_is_named_and_not_taken_for_unpinned(store: RunStore) -> None:
    folder = add_run(store.folder, "mine")
    for text in ("", "{", "[]", '{"name": "a"}', '{"name": "a", "pinned": 1}', '{"name": "", "pinned": true}'):
        (folder / "label.json").write_text(text)
        assert only_reason(store).startswith("its label.json was altered (")


def test_a_new_id_names_a_run_by_its_time(store: RunStore) -> None:
    id = store.new_id()
    add_run(store.folder, id)
    assert store.path(id) == store.folder / id
    assert store.run(id).name == f"Run of {id[:4]}-{id[4:6]}-{id[6:8]}, {id[9:11]}:{id[11:13]}:{id[13:15]} UTC"
    assert len({store.new_id() for _ in range(20)}) > 15


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


def test_the_oldest_unpinned_runs_make_room_by_number(store: RunStore) -> None:
    for number in range(6):
        add_run(store.folder, f"run{number}", DAYS[number])
    store.set_pinned("run1", True)
    store.rename("run2", "Second")
    limited = RunStore(store.folder, max_runs=3)
    assert limited.make_room() == ("run0", "Second", "run3")
    assert ids(limited) == ["run5", "run4", "run1"]
    assert limited.make_room() == ()


def test_the_oldest_unpinned_runs_make_room_by_bytes(store: RunStore) -> None:
    for number in range(4):
        add_run(store.folder, f"run{number}", DAYS[number])
    one = store.run("run0").size_bytes
    assert RunStore(store.folder, max_bytes=4 * one).make_room() == ()
    assert RunStore(store.folder, max_bytes=4 * one - 1).make_room() == ("run0",)
    limited = RunStore(store.folder, max_bytes=1)
    assert limited.make_room() == ("run1", "run2")
    assert ids(limited) == ["run3"]  # the newest: somebody has waited for it
    assert "and neither pinned runs nor the newest one are removed" in str(limited.overfull())


def test_pinned_runs_are_never_removed_and_it_is_said_when_they_are_too_many(store: RunStore) -> None:
    for number in range(4):
        add_run(store.folder, f"run{number}", DAYS[number])
        store.set_pinned(f"run{number}", number < 3)
    limited = RunStore(store.folder, max_runs=2)
    assert limited.make_room() == ()
    assert len(limited.runs()) == 4
    assert str(limited.overfull()).startswith("The store of runs may hold 2 runs and 200 MB; it holds 4 with 1.6")
    assert store.overfull() is None


def test_unfinished_runs_are_never_listed(store: RunStore) -> None:
    id = store.new_id()
    with new_folder(store.path(id)) as partial:
        for path in BUNDLED.iterdir():
            shutil.copy(path, partial)
            assert (store.runs(), store.skipped()) == ((), ())
        store.remove_partials(id)
        store.remove_stale_partials()
        assert (partial / RUN_FILE).exists()  # somebody is at it
    assert ids(store) == [id]


def test_what_killed_workers_leave_is_removed(store: RunStore) -> None:
    """By the run's id, or all of it when a server starts; a living worker's work stays."""
    killed = [store.new_id(), store.new_id(), store.new_id()]
    store.folder.mkdir()
    children = []
    for id in killed:
        child = subprocess.Popen(
            [sys.executable, "-c", FILLING, str(store.path(id))], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        child.stdout.readline()
        children.append(child)
    try:
        for child in children[:2]:
            child.send_signal(signal.SIGKILL)
            child.wait()
        assert len(list(store.folder.iterdir())) == 3
        store.remove_partials(killed[0])
        assert not any(killed[0] in path.name for path in store.folder.iterdir())
        assert len(list(store.folder.iterdir())) == 2
        (store.folder / ".old.deleted-0123abcd").mkdir()
        (store.folder / ".config").mkdir()
        store.remove_stale_partials()
        left = sorted(path.name for path in store.folder.iterdir())
        assert [name[:22] for name in left] == sorted([".config", f".{killed[2]}.partial-"[:22]])
    finally:
        for child in children:
            child.kill()
            child.communicate()


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


def test_the_environment_sets_folder_and_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HALFBITS_RUNS")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    store = RunStore()
    assert store.folder == tmp_path / "half-the-bits" / "runs"
    assert (store.max_runs, store.max_bytes) == (50, 200_000_000)
    monkeypatch.setenv("HALFBITS_RUNS", "~/elsewhere")
    monkeypatch.setenv("HALFBITS_RUNS_MAX", "7")
    monkeypatch.setenv("HALFBITS_RUNS_MAX_MB", "3")
    store = RunStore()
    assert store.folder == Path.home() / "elsewhere"
    assert (store.max_runs, store.max_bytes) == (7, 3_000_000)
    monkeypatch.setenv("HALFBITS_RUNS", "relative")
    assert RunStore().folder == Path.cwd() / "relative"


@pytest.mark.parametrize("variable", ["HALFBITS_RUNS_MAX", "HALFBITS_RUNS_MAX_MB"])
@pytest.mark.parametrize("text", ["many", "0", "-1", "1.5", "1e3", "²", " 5", "9" * 5000])
def test_limits_that_are_no_whole_numbers_are_named(monkeypatch: pytest.MonkeyPatch, variable: str, text: str) -> None:
    monkeypatch.setenv(variable, text)
    with pytest.raises(SettingError, match=rf"{variable} is '.*expected a whole number from 1"):
        RunStore()


@pytest.mark.slow
def test_a_run_with_random_damage_is_loaded_as_it_was_or_not_at_all(store: RunStore) -> None:
    """400 times: bits flipped, bytes cut off, appended or exchanged in any of its files, and files removed."""
    folder = add_full_run(store.folder, "mine")
    store.rename("mine", "Mine")
    whole = {path.name: path.read_bytes() for path in folder.iterdir()}
    random = np.random.default_rng(0)
    loaded = 0
    for _ in range(400):
        name = str(random.choice(sorted(whole)))
        path, data = folder / name, bytearray(whole[name])
        place = int(random.integers(len(data)))
        match random.integers(5):
            case 0:
                data[place] ^= 1 << int(random.integers(8))
            case 1:
                del data[place:]
            case 2:
                data += random.bytes(3)
            case 3:
                data[place : place + 8] = random.bytes(8)
        path.write_bytes(data)
        if random.integers(5) == 4:
            path.unlink()
        assert len(store.runs()) + len(store.skipped()) == 1
        try:
            pair = store.load("mine")
        except RunError:
            assert store.runs() == ()
        else:
            assert (pair.reference, pair.target) == (whole[REFERENCE_FILE], whole[TARGET_FILE])
            loaded += 1
        path.write_bytes(whole[name])
    assert 0 < loaded < 200  # unharmed ones, and those of which only the name or a remark was hit


def test_visitors_who_list_while_others_change_see_only_whole_runs(tmp_path: Path) -> None:
    """Two servers on one folder, with threads that rename, pin and delete; two that list and load all the time."""
    here, there = RunStore(tmp_path), RunStore(tmp_path, max_runs=8)
    for number in range(12):
        add_run(tmp_path, f"run{number}", DAYS[number])
    done = threading.Event()
    troubles: list[object] = []

    def watch(store: RunStore) -> None:
        while not done.is_set():
            if store.skipped():
                troubles.append(store.skipped())
            for run in store.runs():
                try:
                    assert len(store.load(run.id).reference) == 85_376
                except RunError as error:
                    if (tmp_path / run.id).exists():
                        troubles.append(error)

    watchers = [threading.Thread(target=watch, args=(store,)) for store in (here, there)]
    for watcher in watchers:
        watcher.start()
    try:
        for number in range(6, 12):
            here.rename(f"run{number}", f"Number {number}")
            there.set_pinned(f"run{number}", number % 2 == 0)
        assert there.make_room() == ("run0", "run1", "run2", "run3")
        for number in range(6, 9):
            (here, there)[number % 2].delete(f"run{number}")
    finally:
        done.set()
        for watcher in watchers:
            watcher.join()
    assert troubles == []
    assert ids(here) == ids(there) == ["run11", "run10", "run9", "run5", "run4"]


def test_two_servers_that_make_room_at_once_remove_no_run_too_many(tmp_path: Path) -> None:
    for number in range(10):
        add_run(tmp_path, f"run{number}", DAYS[number])
    removed: list[str] = []
    servers = [
        threading.Thread(target=lambda: removed.extend(RunStore(tmp_path, max_runs=4).make_room())) for _ in range(4)
    ]
    for server in servers:
        server.start()
    for server in servers:
        server.join()
    assert sorted(removed) == [f"run{number}" for number in range(6)]
    assert ids(RunStore(tmp_path)) == ["run9", "run8", "run7", "run6"]
