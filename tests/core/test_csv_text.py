"""CSV output: round trips, and cells that a spreadsheet might run as formulas."""

import csv
import io

import plotly.graph_objects as go
import pytest

from fp16core.csv_text import csv_text
from fp16core.figures.base.table import figure_csv


def cell(text: str) -> str:
    """Text cell written next to a number, as a CSV reader returns it."""
    ((found, number),) = csv.reader(io.StringIO(csv_text([[text, 0.5]])))
    assert number == "0.5"
    return found


FORMULA = "cmd|' /C calc'!A0"


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "﹦", "﹢", "﹣", "﹫"])
@pytest.mark.parametrize(
    "before", ["", " ", "\t", "\n", "\r", "\r\n", "\N{NO-BREAK SPACE}", "\u3000", "\ufeff", "\x00", " \t\n"]
)
def test_text_that_a_spreadsheet_might_run_gets_an_apostrophe(sign: str, before: str) -> None:
    text = before + sign + FORMULA
    assert cell(text) == "'" + text


@pytest.mark.parametrize("text", ["\tname", "\nname", "\rname", "\t"])
def test_a_text_whose_first_character_spreadsheets_drop_gets_one_too(text: str) -> None:
    assert cell(text) == "'" + text


@pytest.mark.parametrize(
    "text", ["", " ", "7.png", "a=b", "x@y", "−1", "float16 − float32", "'=1", 'say "so"', "a, b\nc"]
)
def test_other_text_is_unchanged(text: str) -> None:
    assert cell(text) == text


def test_numbers_stay_numbers_and_semicolons_do_not_split_cells() -> None:
    text = csv_text([["a;=1+1", -1, -0.5, None, True]])
    assert text == '"a;=1+1",-1,-0.5,"",True\n'
    (row,) = csv.reader(io.StringIO(text), delimiter=";")
    assert row[0].startswith("a;=1+1")


def test_the_table_of_a_figure_contains_no_formulas() -> None:
    """Names of runs and tensors, chosen by strangers, become series and axis labels."""
    drawn = go.Figure(go.Scatter(name="=1+1", x=["\n＝1+1"], y=[1]))
    (_, row) = csv.reader(io.StringIO(figure_csv(drawn)))
    assert row == ["'=1+1", "'\n＝1+1", "1"]
