"""Names and labels of stored runs."""

import pytest

from fp16core.runs.record import RUN_FILE
from fp16core.runs.store import RunStore
from fp16core.vocabulary import RunError
from tests.helpers.files.stores import DAYS, add_full_run, add_run, only_reason


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
