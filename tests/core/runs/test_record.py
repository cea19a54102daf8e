"""``run.json`` validated: by the store, and by whoever loads a pair from a folder."""

import json
from typing import Any

import pytest

from fp16core.runs.pair import load_pair
from fp16core.runs.record import REFERENCE_FILE, RUN_FILE
from fp16core.runs.store import RunStore
from fp16core.vocabulary import ModelFileError
from tests.helpers.files.stores import DAYS, add_run, only_reason


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
        {"format": 2},
    ],
)
def test_a_record_that_cannot_be_is_named_and_skipped(store: RunStore, change: dict[str, Any]) -> None:
    folder = add_run(store.folder, "mine", **({"created": DAYS[0]} | change))
    assert only_reason(store).startswith("its run.json is not a run's record (")
    with pytest.raises(ModelFileError, match=r"mine/run\.json is not a run's record \("):
        load_pair(folder)


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
    with pytest.raises(ModelFileError, match=r"mine/run\.json has format 3, which only a newer Half the Bits can read"):
        load_pair(store.folder / "mine")
