"""Singletons: one instance for all threads, even if the defining module is reloaded."""

import importlib
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fp16core.singleton import reset_singletons, singleton


@pytest.fixture(autouse=True)
def none_built() -> Iterator[None]:
    reset_singletons()
    yield
    reset_singletons()


def test_all_threads_share_what_the_first_has_built() -> None:
    built: list[object] = []

    @singleton
    def desk() -> object:
        time.sleep(0.05)
        built.append(object())
        return built[-1]

    seen: list[object] = []
    threads = [threading.Thread(target=lambda: seen.append(desk())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(built) == 1
    assert seen == built * 8
    reset_singletons()
    assert desk() is not built[0]


def test_a_builder_that_returns_none_runs_once_and_one_that_fails_runs_again() -> None:
    calls: list[str] = []

    @singleton
    def settle() -> None:
        calls.append("settled")

    @singleton
    def store() -> str:
        calls.append("store")
        if calls.count("store") == 1:
            raise OSError("no folder")
        return "a store"

    settle()
    settle()
    with pytest.raises(OSError, match="no folder"):
        store()
    assert store() == store() == "a store"
    assert calls == ["settled", "store", "store"]


def test_singletons_that_need_each_others_lock_do_not_deadlock() -> None:
    """Each singleton is built under its own lock: a thread that holds another lock may ask for a second one."""
    board, is_building = threading.Lock(), threading.Event()

    @singleton
    def probe() -> str:
        is_building.set()
        with board:
            return "probed"

    @singleton
    def rates() -> str:
        return "rates"

    with board:
        thread = threading.Thread(target=probe, daemon=True)
        thread.start()
        assert is_building.wait(10)
        assert rates() == "rates"
    thread.join(10)
    assert not thread.is_alive()


def test_a_singleton_outlives_a_reload_of_its_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Streamlit's file watcher does: every module with a file is evicted when one of them changes."""
    (tmp_path / "edited_desk.py").write_text(
        "from fp16core.singleton import singleton\n@singleton\ndef desk():\n    return object()\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    before = importlib.import_module("edited_desk").desk()
    for name in ("edited_desk", "fp16core.singleton"):
        monkeypatch.delitem(sys.modules, name)
    assert importlib.import_module("edited_desk").desk() is before
