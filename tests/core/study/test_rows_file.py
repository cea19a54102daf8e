"""The file of a study's rows: nothing is lost, doubled or believed unseen."""

import json
import math
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fp16core.study.rows.codec import parse_row, row_document
from fp16core.study.rows.file import ROWS_FILE, RowsFile, parse_study, read_study, row_line
from fp16core.study.rows.results import Change
from fp16core.study.rows.row import SCHEMA, Ending, Row
from fp16core.training.recipe import Recipe
from fp16core.vocabulary import BusyError, OutputError, StudyError
from tests.helpers.study.rows import effect, row, without_results

CHANGED = effect(changed=[Change(3, 9, 9, 4), Change(77, 1, 7, -1)], least_flip_factor=math.inf, snr_db=-math.inf)
ROWS = [row(0), row(1, CHANGED), without_results(2, Ending.DIVERGED), without_results(3, Ending.FAILED)]


def filled(folder: Path, rows: list[Row]) -> Path:
    with RowsFile.opened(folder) as file:
        for each in rows:
            file.append(each)
    return folder / ROWS_FILE


def test_rows_come_back_as_they_were(tmp_path: Path) -> None:
    filled(tmp_path, ROWS[:1])
    filled(tmp_path, ROWS[1:])
    found = read_study(tmp_path)
    assert list(found.rows) == ROWS
    assert found.trained == (ROWS[0], ROWS[1])
    assert [found.ended(ending) for ending in Ending] == [2, 1, 1]
    assert found.processors == ("Some processor",)
    assert read_study(tmp_path / ROWS_FILE) == found


def test_an_unfinished_last_line_is_removed_wherever_it_ends(tmp_path: Path) -> None:
    whole, last = row_line(ROWS[0]) + b"\n", row_line(ROWS[1])
    for end in (1, 40, len(last) // 2, len(last) - 1):
        path = tmp_path / ROWS_FILE
        path.write_bytes(whole + last[:end])
        found = read_study(tmp_path)
        assert (list(found.rows), found.cut_off_bytes) == (ROWS[:1], end)
        filled(tmp_path, [ROWS[1]])
        assert path.read_bytes() == whole + last + b"\n"


def test_a_whole_last_line_without_its_end_counts(tmp_path: Path) -> None:
    (tmp_path / ROWS_FILE).write_bytes(row_line(ROWS[0]))
    filled(tmp_path, [ROWS[1]])
    assert list(read_study(tmp_path).rows) == ROWS[:2]


def test_any_changed_byte_is_named_with_its_line(tmp_path: Path) -> None:
    path = filled(tmp_path, ROWS)
    contents = path.read_bytes()
    second = contents.index(b"\n") + 1
    for place in range(second, contents.index(b"\n", second), 97):
        path.write_bytes(contents[:place] + bytes([contents[place] ^ 1]) + contents[place + 1 :])
        with pytest.raises(StudyError, match=r"rows\.jsonl, line 2 is damaged: .* remove that line"):
            read_study(tmp_path)
    with pytest.raises(StudyError, match="line 2"), RowsFile.opened(tmp_path):
        pass


def test_the_same_training_twice_is_named_and_a_failed_one_is_replaced() -> None:
    failed, first, other = (row_line(each) + b"\n" for each in (without_results(0, Ending.FAILED), ROWS[0], ROWS[1]))
    assert list(parse_study(failed + other + failed + first, "it").rows) == [ROWS[1], ROWS[0]]
    assert list(parse_study(first + failed, "it").rows) == [ROWS[0]]
    with pytest.raises(StudyError, match="it, line 3: this training has a row before"):
        parse_study(first + other + first, "it")


def test_two_processes_do_not_add_to_one_study(tmp_path: Path) -> None:
    with (
        RowsFile.opened(tmp_path),
        pytest.raises(BusyError, match="in use by another study"),
        RowsFile.opened(tmp_path),
    ):
        pass


def test_a_full_disk_leaves_no_part_of_a_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, write = filled(tmp_path, ROWS[:1]), os.write
    monkeypatch.setattr(os, "write", lambda descriptor, line: write(descriptor, line[:100]))
    with RowsFile.opened(tmp_path) as file, pytest.raises(OutputError, match="the disk is full"):
        file.append(ROWS[1])
    assert path.read_bytes() == row_line(ROWS[0]) + b"\n"


@pytest.mark.parametrize("contents", [b"no rows", b"{}\n", b"\0" * 50])
def test_files_of_other_kinds_are_refused(tmp_path: Path, contents: bytes) -> None:
    (tmp_path / "other").write_bytes(contents)
    with pytest.raises(StudyError):
        read_study(tmp_path / "other")
    with pytest.raises(StudyError, match="cannot be read"):
        read_study(tmp_path / "missing")


def mutated(*path: str | int, value: Any = None, remove: bool = False) -> Any:
    """The document of a row with one value changed or removed."""
    document = json.loads(json.dumps(row_document(ROWS[1])))
    place = document
    for step in path[:-1]:
        place = place[step]
    if remove:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return document


CONVERTER = ("results", "converter")


def test_a_row_from_before_a_setting_existed_has_its_usual_value() -> None:
    assert parse_row(mutated("recipe", "network", remove=True)) == ROWS[1]
    assert ROWS[1].recipe.network == Recipe().network


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ([], "the row is []"),
        (mutated("recipe", value=[None, "x"]), '[null, "x"]'),
        (mutated("schema", value=SCHEMA + 1), "only a newer"),
        (mutated("schema", value=True), "schema is true; expected"),
        (mutated("recipe", "epochs", value=10**9), "epochs"),
        (mutated("recipe", "seed", value=1.0), "seed"),
        (mutated("recipe", "optimizer", value="magic"), "optimizer"),
        (mutated("ending", value="well"), "well"),
        (mutated("error", value="some"), "error"),
        (mutated("results", value=None), "results"),
        (mutated("results", remove=True), "lacks results"),
        (mutated("more", value=1), 'unknown field "more"'),
        (mutated("dataset", "test_images", value=9999), "test_images"),
        (mutated(*CONVERTER, "images", value=0), "images"),
        (mutated(*CONVERTER, "correct", value=10_001), "correct"),
        (mutated(*CONVERTER, "correct", value=True), "correct"),
        (mutated(*CONVERTER, "changed", 0, 0, value=10_000), "changed"),
        (mutated(*CONVERTER, "changed", 0, 0, value=77), "changed"),
        (mutated(*CONVERTER, "changed", 0, 1, value=10), "changed"),
        (mutated(*CONVERTER, "changed", 0, value=[1, 2]), "changed"),
        (mutated(*CONVERTER, "flips_within", value=[0]), "flips_within"),
        (mutated(*CONVERTER, "snr_db", value="1.5"), "snr_db"),
        (mutated(*CONVERTER, "proven_images", value=2**80), "proven_images"),
        (mutated("results", "converter_weights", "zero", value=10**6), "weights"),
        (mutated("machine", "processor", value="x" * 5000), "processor"),
        (mutated("machine", "versions", value={"a": 1}), "versions"),
    ],
)
def test_what_is_no_row_is_refused_with_the_field(document: Any, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        parse_row(document)


def test_deep_and_long_documents_are_refused() -> None:
    text = b'{"schema":1,"recipe":' + b"[" * 100_000
    with pytest.raises(StudyError):
        parse_study(text + b"\n", "it")
    assert parse_row(row_document(replace(ROWS[0], machine=None))).machine is None


def test_lines_of_something_else_are_told_from_a_damaged_row() -> None:
    with pytest.raises(StudyError, match=r"other\.jsonl is not a file of rows; choose one that"):
        parse_study(b'{"a":1}\n{"a":2}\n', "other.jsonl")
    with pytest.raises(StudyError, match=r"line 1 is damaged: its checksum is wrong"):
        parse_study(row_line(ROWS[0]).replace(b'"seed":0', b'"seed":7') + b"\n", "it")
