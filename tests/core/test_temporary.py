"""Missing folder for temporary files: wherever one is needed, the error names ``TMPDIR``."""

import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple

import pytest

from fp16core.jobs.job import Job
from fp16core.jobs.queue import JobQueue
from fp16core.jobs.scratch import scratch_folder
from fp16core.jobs.spec import JobSpec
from fp16core.runs.store import RunStore
from fp16core.temporary import check_temporary_room
from fp16core.training.recipe import Recipe
from fp16core.vocabulary import OutputError
from fp16core.worker.training.queue import TrainingQueue
from fp16core.worker.training.settings import TrainingSettings
from tests.helpers.commands import cli, refused

REMEDY = "make /tmp writable, or set TMPDIR to a writable folder."


@pytest.fixture(params=["never there", "gone since"])
def no_temporary_folder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As for a user without write permission; the tests may run as root."""
    gone = str(tmp_path / "gone")
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: [gone])
    monkeypatch.setattr(tempfile, "tempdir", None if request.param == "never there" else gone)


@pytest.mark.usefixtures("no_temporary_folder")
def test_a_job_says_so_to_whoever_starts_it() -> None:
    with pytest.raises(OutputError, match=f"No temporary file can be created .*; {REMEDY}"):
        Job("fp16core.worker.trial.trial", {})


@pytest.mark.usefixtures("no_temporary_folder")
def test_both_queues_pass_it_on(tmp_path: Path) -> None:
    ticket = JobQueue(places=2).submit(JobSpec("fp16core.worker.trial.trial", {}))
    assert ticket.is_over
    assert (ticket.error or "").endswith(REMEDY)
    run = TrainingQueue(RunStore(tmp_path / "runs"), TrainingSettings()).submit(Recipe(), "visitor")
    assert (run.error or "").endswith(REMEDY)


@pytest.mark.usefixtures("no_temporary_folder")
def test_a_scratch_folder_that_must_be_on_disk_needs_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("fp16core.jobs.scratch.MEMORY_FOLDER", tmp_path / "absent")
    with pytest.raises(OutputError, match=REMEDY), scratch_folder():
        pytest.fail("there is a folder")


def test_the_command_line_ends_with_status_2(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import tempfile\ntempfile._candidate_tempdir_list = lambda: ['/nowhere']\n"
    )
    said = refused(cli("compare", "--limit", 5, PYTHONPATH=str(tmp_path)))
    assert (
        said
        == f"error: No temporary file can be created (No usable temporary directory found in ['/nowhere']); {REMEDY}\n"
    )


@pytest.mark.usefixtures("no_temporary_folder")
def test_a_hosted_page_shows_the_error(monkeypatch: pytest.MonkeyPatch) -> None:
    from pages.shared.server.hosted import shown

    monkeypatch.setenv("HALFBITS_HOSTED", "1")
    assert shown("/srv/demo/run.json: cannot be read") == "run.json: cannot be read"


def test_a_full_disk_is_named_where_the_converter_gives_another_reason(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    check_temporary_room()
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: _Usage(free=4_096 if folder == str(tmp_path) else 10**9))
    with pytest.raises(OutputError, match=f"The disk of temporary files, {tmp_path}, is full; free some space"):
        check_temporary_room()


class _Usage(NamedTuple):
    free: int
