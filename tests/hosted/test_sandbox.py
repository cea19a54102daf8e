"""A replica as `deploy/Containerfile` describes it, enclosed."""

import json
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from websockets.frames import CloseCode

from deploy.containerfile import read_image
from deploy.memory import Limit, memory_limit
from tests.helpers.places import PAGES, ROOT, without

MEMORY_BYTES = 1_000_000_000
HUNGRY = "held = b'x' * 1_500_000_000; print(len(held))"


def test_a_visitor_is_served_by_a_replica_that_can_write_nothing_but_runs() -> None:
    """All pages, and a model tried in a process of its own; the replica is not root and sees no network."""
    if shutil.which("bwrap") is None:
        without("no bwrap found; install it (apt-get install bubblewrap)")
    checked = subprocess.run(
        [sys.executable, ROOT / "deploy" / "sandbox", "--check"],
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
    found = json.loads(checked.stdout)
    assert set(found["users"] + found["groups"]) == {"10001"}
    assert found["capabilities"] == 0
    assert found["no_new_privileges"]
    assert found["networks"] == ["lo"]
    assert len(found["pages"]) == len(PAGES)
    assert found["writable"] == ["/dev/shm", "/runs", "/tmp"]  # noqa: S108
    assert found["left_behind"] == []
    assert found["session_close_code"] == CloseCode.SERVICE_RESTART, "told to end, it takes leave of its visitors"
    assert found["exit_status"] in (0, -signal.SIGTERM), "and ends by itself; uvicorn leaves the status to the signal"
    assert 0 < found["replica_peak_bytes"] < MEMORY_BYTES
    if found["memory_peak_bytes"] is not None:
        assert found["memory_peak_bytes"] < MEMORY_BYTES
    print(
        f"\nmemory: {found['memory_limit']}; peak {found['memory_peak_bytes']}, replica {found['replica_peak_bytes']}"
    )


@pytest.mark.parametrize("strongest", [True, False])
def test_the_limit_of_memory_holds_whoever_enforces_it(strongest: bool) -> None:
    with memory_limit(MEMORY_BYTES) as best:
        limit = best if strongest else Limit("each process's data", MEMORY_BYTES)
        command = [sys.executable, "-c", HUNGRY]
        ended = subprocess.run(command, preexec_fn=limit.enter, capture_output=True, check=False)
    assert ended.returncode != 0
    assert subprocess.run(command, capture_output=True, check=True).stdout == b"1500000000\n", (
        "without it, there is room"
    )


def test_the_image_is_made_of_what_the_dashboard_needs() -> None:
    """The image holds what the dashboard needs and nothing else, and is probed where the dashboard says how it is."""
    image = read_image(ROOT / "deploy" / "Containerfile")
    assert {source for source, _ in image.copies} == {
        "requirements-dashboard.txt", "app.py", ".streamlit", "fp16core", "pages",
    }  # fmt: skip
    assert image.user == 10001
    assert "/_stcore/health" in image.health[-1]
    assert image.environment["HALFBITS_HOSTED"] == "1"
    shown = [line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"]
    assert sorted(shown) == sorted(source for source, _ in image.copies), "what is copied must reach the builder"


@pytest.mark.parametrize(
    ("line", "word"), [("ADD x y", "ADD"), ("USER nobody", "nobody"), ('ENTRYPOINT ["x"]', "ENTRYPOINT")]
)
def test_a_line_that_is_not_understood_is_not_guessed_at(tmp_path: Path, line: str, word: str) -> None:
    (tmp_path / "Containerfile").write_text(f"FROM python\n{line}\n")
    with pytest.raises(ValueError, match=re.escape(word)):
        read_image(tmp_path / "Containerfile")
