"""Terminal output: control characters in names of files and tensors are never sent to the terminal."""

import ast
from pathlib import Path

import pytest

from fp16core.runs.pair import BUNDLED
from fp16core.terminal import new_table, print_table, say
from fp16core.text import visible
from fp16core.tflite.model_file import ModelFile
from tests.helpers.commands import cli, refused
from tests.helpers.places import ROOT

RETITLE = "\x1b]0;mine\x07"
SPOOF = "a\u202egnp.exe"
HOSTILE = f"{RETITLE}\x9b2J\r\n{SPOOF}\u2066\u200b\u2028\ufeff\x7f\udcff"
OBEYED = {*HOSTILE} - {*RETITLE[2:-1], *"2J", *SPOOF.replace("\u202e", "")} - {"]"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain, 85,376 B − 1 × 10⁻³", "plain, 85,376 B − 1 × 10⁻³"),
        ("no\u00a0break, 手写数字, é, 😀", "no\u00a0break, 手写数字, é, 😀"),
        (RETITLE, "\\x1b]0;mine\\x07"),
        (SPOOF, "a\\u202egnp.exe"),
        ("\ttab\nline\rreturn", "\\ttab\\nline\\rreturn"),
        ("\x9b\u2066\u2028\ufeff\U000e0001\udcff", "\\x9b\\u2066\\u2028\\ufeff\\U000e0001\\udcff"),
    ],
)
def test_invisible_characters_are_escaped(text: str, expected: str) -> None:
    assert visible(text) == expected


def test_lines_titles_headings_and_cells_contain_no_control_characters(capsys: pytest.CaptureFixture[str]) -> None:
    table = new_table(HOSTILE, HOSTILE, "beside it")
    table.add_row(HOSTILE, "[bold]1[/bold]")
    print_table(table)
    say(HOSTILE)
    printed = capsys.readouterr().out
    assert "[bold]1[/bold]" in printed
    assert not OBEYED & {*printed.replace("\n", "")}
    assert printed.splitlines()[-1] == visible(HOSTILE)


def test_a_section_ends_with_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    table = new_table("", "number")
    for number in ("1", "2"):
        table.add_row(number)
        if number == "1":
            table.add_section()
    assert table.row_count == 2
    print_table(table)
    assert [line.strip("┃│ ") for line in capsys.readouterr().out.splitlines()][3:6] == ["1", "├────────┤", "2"]


def hostile_model(folder: Path) -> Path:
    """Bundled model with an escape sequence in the name of its input, under a hostile file name."""
    model = (BUNDLED / "mnist_model.tflite").read_bytes()
    (tensor,) = ModelFile(model).graph.inputs
    name = tensor.name.encode()
    orders = (RETITLE.encode() * len(name))[: len(name)]
    path = folder / f"{RETITLE}{SPOOF}.tflite"
    path.write_bytes(model.replace(name, orders))
    assert ModelFile(path.read_bytes()).graph.inputs[0].name.startswith("\x1b]0;")
    return path


@pytest.mark.parametrize("command", ["predict", "compare", "convert", "report"])
def test_no_command_prints_a_strangers_text_unescaped(command: str, tmp_path: Path) -> None:
    model = hostile_model(tmp_path)
    arguments: dict[str, list[object]] = {
        "predict": [model],
        "compare": ["--reference", model, "--target", model, "--limit", "5"],
        "convert": [model, "--out", tmp_path / f"{RETITLE}out"],
        "report": [f"--{RETITLE}", "--out", tmp_path / "out"],
    }
    done = cli(command, *arguments[command])
    printed = done.stdout + done.stderr
    assert "\\x1b]0;mine\\x07" in printed
    assert not {*"\x1b\x07\u202e"} & {*printed}


def test_an_error_is_one_line_whatever_the_file_name(tmp_path: Path) -> None:
    said = refused(cli("convert", tmp_path / "a\nerror: nothing to fear\x1b[2A.tflite", "--out", tmp_path / "out"))
    assert len(said.strip().splitlines()) == 1
    assert "a\\nerror: nothing to fear\\x1b[2A.tflite" in said


@pytest.mark.parametrize("path", sorted((ROOT / "fp16core" / "commands").glob("*.py")), ids=lambda path: path.stem)
def test_commands_print_nothing_past_the_terminals_own_functions(path: Path) -> None:
    calls = [node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    assert "print" not in {function.id for function in calls if isinstance(function, ast.Name)}
