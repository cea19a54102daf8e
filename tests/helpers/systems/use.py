"""A learner's use of the dashboard, in an interpreter that looks like one on another system.

``python -m tests.helpers.systems.use FOLDER``; prints a JSON document with the outcome of each step.
"""

import contextlib
import json
import os
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
import pytest

from fp16core.atomic_output import is_abandoned, new_folder, remove_partials
from fp16core.data.mnist import load_mnist
from fp16core.jobs.job import Job
from fp16core.jobs.queue import JobQueue
from fp16core.jobs.spec import Limits
from fp16core.jobs.ticket import State
from fp16core.modes.runs import ModeRun
from fp16core.resident.endings import CallLimits, Ending, ResidentEndedError
from fp16core.resident.resident import Resident
from fp16core.runs.pair import load_pair
from fp16core.runs.store import RunStore
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.runtime.processor import read_processor
from fp16core.system import memory, processes
from fp16core.training.recipe import Recipe
from fp16core.worker.decoder import PictureDecoder
from fp16core.worker.modes import run as mode_run
from fp16core.worker.modes.survey import Survey
from fp16core.worker.training.queue import TrainingQueue
from fp16core.worker.training.settings import TrainingSettings
from fp16core.worker.training.ticket import TrainingData, TrainingTicket
from fp16core.worker.trial import trial
from tests.helpers.children.processes import PATIENCE_S, is_alive

CHILD = "tests.helpers.children.resident_child"
OWNER = f"""
import time
from fp16core.resident.endings import CallLimits
from fp16core.resident.resident import Resident
child = Resident({CHILD!r}, CallLimits(60, 60, 400_000_000))
child.call("echo", 1)
print(child.pid, flush=True)
child.call("sleep")
"""


def the_interpreter_looks_like_the_other_system(_folder: Path) -> None:
    assert sys.platform == os.environ["TEST_LOOKS_LIKE"]
    assert not hasattr(os, "sched_getaffinity")
    if sys.platform == "win32":
        assert os.name == "nt"
        assert not hasattr(os, "killpg")
        with contextlib.suppress(ModuleNotFoundError):
            __import__("fcntl")
            raise AssertionError("Windows has no fcntl")


def every_page_opens(folder: Path) -> None:
    from tests.helpers.apps.driving import visit
    from tests.helpers.places import PAGES

    os.environ["HALFBITS_MNIST"] = str(_few_images(folder))  # each of the many formats is measured on all of them
    for page in PAGES:
        app = visit(page)
        assert not app.exception, (page, [str(shown.stack_trace) for shown in app.exception])
        assert not app.error, (page, [shown.value for shown in app.error])


def a_run_is_trained_kept_named_and_deleted(folder: Path) -> None:
    store, queue, data = _training(folder)
    ticket = queue.submit(Recipe(epochs=1), "ann", data)
    partial = _partial(store)
    assert not is_abandoned(partial)
    assert ticket.wait(PATIENCE_S)
    outcome = (ticket.state, ticket.error, ticket.remark)
    assert outcome == (State.DONE, None, None), outcome
    assert [path.name for path in store.folder.iterdir()] == [ticket.run_id]
    (run,) = store.runs()
    assert run.created
    assert store.load(run.id).target.contents
    assert b"\r" not in store.files(run.id)["run.json"]
    store.rename(run.id, "Größe × 2")
    assert store.runs()[0].name == "Größe × 2"
    store.set_pinned(run.id, True)
    store.delete(run.id)
    assert not store.runs()
    assert [path.name for path in store.folder.iterdir()] == [".lock"]


def a_run_is_stopped_or_killed_and_leaves_nothing(folder: Path) -> None:
    store, queue, data = _training(folder)
    before = _left(store)
    stopped = queue.submit(Recipe(epochs=1, seed=8), "ann", data)
    _partial(store)
    queue.stop(stopped, "ann")
    assert (stopped.state, stopped.error) == (State.STOPPED, "Stopped.")
    assert _left(store) == before
    killed = queue.submit(Recipe(epochs=1, seed=9), "ann", data)
    _partial(store)
    psutil.Process(_pid(killed)).kill()
    assert killed.wait(PATIENCE_S)
    assert killed.state is State.FAILED
    assert _left(store) == before


def a_folder_is_locked_while_its_process_lives(folder: Path) -> None:
    out = folder / "out"
    with new_folder(out) as filled:
        (filled / "a").write_bytes(b"a")
        assert not is_abandoned(filled)
        remove_partials(out)
        assert filled.exists()
    assert [path.name for path in folder.iterdir()] == ["out"]
    (folder / ".out.partial-abcdefgh").mkdir()
    remove_partials(out)
    assert [path.name for path in folder.iterdir()] == ["out"]


def a_file_is_tried_refused_and_its_process_stopped(_folder: Path) -> None:
    pair = load_pair()
    request, contents = trial.request_for(["a.tflite", "b.tflite"]), [model.contents for model in pair.files]
    job = Job(trial.MODULE, request, contents, trial.limits_for(sum(map(len, contents))))
    job.wait(PATIENCE_S)
    assert job.error is None
    assert job.answer is not None
    refused = Job(trial.MODULE, trial.request_for(["a.tflite"]), [b"no model"], trial.limits_for(8))
    refused.wait(PATIENCE_S)
    assert refused.was_refused
    assert "a.tflite" in str(refused.error)
    stopped = Job(trial.MODULE, request, contents)
    stopped.stop()
    assert (stopped.error, is_alive(stopped._child.pid)) == ("Stopped.", False)
    slow = Job(trial.MODULE, request, contents, Limits(cpu_seconds=0.01))
    slow.wait(PATIENCE_S)
    assert "more processor time than the limit" in str(slow.error)


def a_confined_process_answers_or_is_ended_with_the_reason(_folder: Path) -> None:
    limits = CallLimits(cpu_s=1, wall_s=60, memory_bytes=400_000_000, answer_bytes=10_000_000)
    child = Resident(CHILD, limits)
    large = os.urandom(9_000_000)
    assert child.call("echo", large) == large
    assert child.call("echo", 1) == 1
    for function, arguments, reason in (
        ("burn", (), Ending.PROCESSOR_TIME),
        ("swell", (), Ending.MEMORY),
        ("crash", (), Ending.CRASH),
        ("long_answer", (20_000_000,), Ending.ANSWER_SIZE),
    ):
        with pytest.raises(ResidentEndedError) as caught:
            child.call(function, *arguments)
        assert caught.value.reason is reason, (function, str(caught.value))
        assert not child.is_alive
        child.close()
        child = Resident(CHILD, limits)
    child.close()


def a_confined_process_does_not_outlive_its_owner(_folder: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", OWNER], stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        child = int(owner.stdout.readline())
        assert is_alive(child)
        owner.kill()
    deadline = time.monotonic() + 20
    while is_alive(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_alive(child)


def a_picture_is_decoded(_folder: Path) -> None:
    from tests.helpers.files.made import GREY, file_of

    decoder = PictureDecoder()
    assert decoder.open(file_of(GREY), "Ziffer ü.png").image.size == GREY.T.shape
    decoder.close()


def a_mode_is_measured(_folder: Path) -> None:
    pair, (images, labels) = load_pair(), (array[:20] for array in load_mnist("test"))
    specs = mode_run.specs_for([ExecutionMode.CPU_FLOAT32], pair, images, 10, in_depth=False)
    survey = Survey(JobQueue(1, 9), specs, lambda answer, mode: mode_run.mode_run(answer, mode, pair, labels))
    while not survey.is_over:
        time.sleep(0.05)
    assert isinstance(survey.outcomes()[ExecutionMode.CPU_FLOAT32], ModeRun), survey.outcomes()


def the_system_says_what_it_knows(_folder: Path) -> None:
    assert memory.peak_bytes() > 10_000_000
    assert processes.usable_cores() >= 1
    found = read_processor()
    expected = {
        "win32": (
            "A processor of Windows's own (ProcessorNameString)",
            {None},
        ),  # Windows tells the name and no feature
        "darwin": ("Apple M1", {True}),
    }
    assert (found.name, {feature.is_there for feature in found.features}) == expected[sys.platform]


def hosted_mode_is_for_linux(_folder: Path) -> None:
    from tests.helpers.apps.driving import visit

    os.environ["HALFBITS_HOSTED"] = "1"
    try:
        (error,) = visit("limits").error
    finally:
        del os.environ["HALFBITS_HOSTED"]
    assert error.value == (
        "HALFBITS_HOSTED is on, but only Linux confines strangers' files well enough; host on Linux, or unset it."
    )


STEPS: list[Callable[[Path], None]] = [
    the_interpreter_looks_like_the_other_system,
    every_page_opens,
    a_run_is_trained_kept_named_and_deleted,
    a_run_is_stopped_or_killed_and_leaves_nothing,
    a_folder_is_locked_while_its_process_lives,
    a_file_is_tried_refused_and_its_process_stopped,
    a_confined_process_answers_or_is_ended_with_the_reason,
    a_confined_process_does_not_outlive_its_owner,
    a_picture_is_decoded,
    a_mode_is_measured,
    the_system_says_what_it_knows,
    hosted_mode_is_for_linux,
]


def _training(folder: Path) -> tuple[RunStore, TrainingQueue, TrainingData]:
    store = RunStore(folder / "Läufe von mir")
    data = TrainingData("few.npz", _few_images(folder).read_bytes())
    return store, TrainingQueue(store, TrainingSettings()), data


def _few_images(folder: Path) -> Path:
    (x_train, y_train), (x_test, y_test) = load_mnist("train"), load_mnist("test")
    path = folder / "few.npz"
    np.savez(path, x_train=x_train[:300], y_train=y_train[:300], x_test=x_test[:200], y_test=y_test[:200])
    return path


def _partial(store: RunStore) -> Path:
    """The folder that a training run fills, as soon as it is there."""
    deadline = time.monotonic() + PATIENCE_S
    while not (partials := list(store.folder.glob(".*.partial-*"))):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return partials[0]


def _left(store: RunStore) -> list[str]:
    return sorted(path.name for path in store.folder.iterdir()) if store.folder.exists() else []


def _pid(ticket: TrainingTicket) -> int:
    assert ticket.job is not None
    return ticket.job._child.pid


def main(folder: Path, names: list[str]) -> None:
    outcomes = {}
    for step in STEPS:
        if names and step.__name__ not in names:
            continue
        place = folder / step.__name__
        place.mkdir()
        start = time.process_time(), time.monotonic()
        try:
            step(place)
            outcomes[step.__name__] = "done"
        except Exception:
            outcomes[step.__name__] = traceback.format_exc()
        print(step.__name__, f"{time.monotonic() - start[1]:.1f} s", file=sys.stderr)
    print(json.dumps(outcomes))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
