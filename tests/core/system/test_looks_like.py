"""Everything a learner does, in interpreters that look like those on Windows and on macOS."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.places import LINUX_ONLY, ROOT

pytestmark = [pytest.mark.slow, LINUX_ONLY]

START = ROOT / "tests" / "helpers" / "systems" / "start"


@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_all_of_it_works_where_what_only_linux_has_is_missing(system: str, tmp_path: Path) -> None:
    """In a folder whose name has a space and an umlaut."""
    folder = tmp_path / "mein Ordner, schön"
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "tests.helpers.systems.use", str(folder)],
        cwd=ROOT,
        env=os.environ
        | {
            "PYTHONPATH": str(START),
            "TEST_LOOKS_LIKE": system,
            "PYTHONWARNDEFAULTENCODING": "1",
            "PYTHONUTF8": "0",
            "HALFBITS_RUNS": str(folder / "runs"),
        },
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-5000:]
    outcomes = json.loads(done.stdout.splitlines()[-1])
    assert len(outcomes) == 12
    assert {name: outcome for name, outcome in outcomes.items() if outcome != "done"} == {}
