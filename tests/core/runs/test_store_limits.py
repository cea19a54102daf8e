"""Limits of a store of runs: the oldest unpinned runs make room."""

import threading
from pathlib import Path

import pytest

from fp16core.runs.limits import StoreLimits
from fp16core.runs.store import RunStore
from fp16core.vocabulary import SettingError
from tests.helpers.files.stores import DAYS, add_run, ids


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


def test_the_environment_sets_folder_and_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HALFBITS_RUNS")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    store = RunStore()
    assert store.folder == tmp_path / "half-the-bits" / "runs"
    assert store.limits == StoreLimits(50, 200_000_000)
    monkeypatch.setenv("HALFBITS_RUNS", "~/elsewhere")
    monkeypatch.setenv("HALFBITS_RUNS_MAX", "7")
    monkeypatch.setenv("HALFBITS_RUNS_MAX_MB", "3")
    store = RunStore()
    assert store.folder == Path.home() / "elsewhere"
    assert store.limits == StoreLimits(7, 3_000_000)
    monkeypatch.setenv("HALFBITS_RUNS", "relative")
    assert RunStore().folder == Path.cwd() / "relative"


@pytest.mark.parametrize("variable", ["HALFBITS_RUNS_MAX", "HALFBITS_RUNS_MAX_MB"])
@pytest.mark.parametrize("text", ["many", "0", "-1", "1.5", "1e3", "²", " 5", "9" * 5000])
def test_limits_that_are_no_whole_numbers_are_named(monkeypatch: pytest.MonkeyPatch, variable: str, text: str) -> None:
    monkeypatch.setenv(variable, text)
    with pytest.raises(SettingError, match=rf"{variable} is '.*expected a whole number from 1"):
        RunStore()


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
