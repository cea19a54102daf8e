"""Consoles that are not UTF-8, as most are on Windows."""

import os
import subprocess
import sys

import pytest

from tests.helpers.places import ROOT


@pytest.mark.parametrize(("encoding", "smaller"), [("cp1252", "?40,132 B (1.89×"), ("ascii", "?40,132 B (1.89?")])
def test_a_sign_that_a_console_lacks_becomes_a_question_mark(encoding: str, smaller: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "fp16core", "compare", "--limit", "10"],
        cwd=ROOT,
        env=os.environ | {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
        capture_output=True,
        encoding=encoding,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert smaller in done.stdout
