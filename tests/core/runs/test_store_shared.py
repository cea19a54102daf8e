"""A store that several servers share, and what damage and killed processes leave in it."""

import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from fp16core.atomic_output import new_folder
from fp16core.runs.pair import BUNDLED
from fp16core.runs.record import REFERENCE_FILE, RUN_FILE, TARGET_FILE
from fp16core.runs.store import RunStore
from fp16core.vocabulary import RunError
from tests.helpers.commands import FILLING
from tests.helpers.files.stores import DAYS, add_full_run, add_run, ids
from tests.helpers.places import ROOT


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
            child.kill()
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
            assert (pair.reference.contents, pair.target.contents) == (whole[REFERENCE_FILE], whole[TARGET_FILE])
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
                    assert store.load(run.id).reference.size_bytes == 85_376
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
