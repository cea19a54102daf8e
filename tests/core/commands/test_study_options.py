"""Options of ``study``, and errors in words."""

from pathlib import Path

import pytest

from fp16core.study.rows.file import ROWS_FILE
from tests.helpers.commands import cli, refused


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--out", "x", "--seeds", "5-1"], "--seeds has '5-1'"),
        (["--out", "x", "--epochs", "0"], "--epochs has '0'; expected 1 to 1,000"),
        (["--out", "x", "--workers", "0"], "'0' is not a whole number from 1 to 1,000"),
        (["--out", "x", "--show", "y"], "not allowed with argument --out"),
        ([], "one of the arguments --out --show is required"),
        (["--show", "missing"], "the rows of the study cannot be read"),
    ],
)
def test_what_cannot_be_studied_is_refused_in_words(tmp_path: Path, options: list[str], words: str) -> None:
    error = refused(cli("study", *options))
    assert words in error
    assert not (tmp_path / "x").exists()


def test_a_file_that_holds_no_rows_is_named_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / ROWS_FILE).write_bytes(b"damaged\n")
    for option in ("--show", "--out"):
        assert f"{ROWS_FILE} is not a file of rows" in refused(cli("study", option, tmp_path))
    assert (tmp_path / ROWS_FILE).read_bytes() == b"damaged\n"
