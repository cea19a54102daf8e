"""Docstrings name their subject: few begin with a question word."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.places import ROOT

MOST_SHARE = 0.03

FOLDERS = ("fp16core", "half_the_bits", "pages", "tests", "benchmarks", "deploy")

QUESTION = re.compile(r"(What|Who|Whose|Which|Where|When|Why|How|Whether|If|That)\b")


def docstrings(source: str) -> Iterator[str]:
    """Docstrings of a module, its classes and functions, and the strings below assignments."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            if (text := ast.get_docstring(node)) is not None:
                yield text
            for before, after in zip(node.body, node.body[1:], strict=False):
                match before, after:
                    case ast.Assign() | ast.AnnAssign(), ast.Expr(ast.Constant(str(text))):
                        yield text


def test_docstrings_of_all_kinds_are_found() -> None:
    source = '"""A"""\nx = 1\n"""What B"""\nclass C:\n "C"\n y: int = 2\n "D"\n def f(self):\n  "E"'
    assert sorted(docstrings(source)) == ["A", "C", "D", "E", "What B"]
    assert [text for text in docstrings(source) if QUESTION.match(text)] == ["What B"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_few_docstrings_begin_with_a_question_word(folder: str) -> None:
    found = [
        (path.relative_to(ROOT).as_posix(), text.splitlines()[0])
        for path in sorted(Path(ROOT / folder).rglob("*.py"))
        for text in docstrings(path.read_text())
        if text
    ]
    asking = [f"{name}: {line}" for name, line in found if QUESTION.match(line)]
    assert found
    assert len(asking) <= MOST_SHARE * len(found), "\n".join(asking)
