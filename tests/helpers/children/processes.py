"""Child processes of a test's own, and waiting for them."""

import textwrap
import time
from pathlib import Path

import pytest

from fp16core.jobs.ticket import Ticket

PATIENCE_S = 120.0


def is_alive(pid: int) -> bool:
    """True if a process runs, and is not just a zombie."""
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text("utf-8", "replace").rsplit(")", 1)[1].split()[0] != "Z"


def without_tensorflow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A finder in front of all others that knows no TensorFlow, in every child process."""
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util as util\nfind = util.find_spec\n"
        "util.find_spec = lambda name, *rest: None if name == 'tensorflow' else find(name, *rest)\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


def own_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> str:
    """A module of the test's own for a job to run; ``body`` is the body of its work."""
    (tmp_path / "own_work.py").write_text(
        "import os, signal, time\nfrom fp16core.jobs.serve import serve\n"
        f"def work(request, client):\n{textwrap.indent(body, '    ')}\nserve(work)\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return "own_work"


def until_begun(ticket: Ticket) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while ticket.job is None and time.monotonic() < deadline:
        time.sleep(0.02)
    assert ticket.job is not None
