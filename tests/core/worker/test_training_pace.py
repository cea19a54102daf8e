"""Progress of a training run: the fraction trained is the curves', and the time left falls from when it is shown."""

import time
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest

from fp16core.runs.store import RunStore
from fp16core.training.recipe import Recipe
from fp16core.worker.training.ticket import TrainingTicket

STEPS = 15
STEP_S = 2.0
LOADED, EPOCH = 0.37, 0.45
"""Fractions of the whole run that loading, and the training in its one epoch, take."""


@pytest.fixture
def ticket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TrainingTicket:
    """A run that starts at second 0 of a clock that stands still; `at` moves it."""
    monkeypatch.setattr(time, "monotonic", lambda: 0.0)
    return TrainingTicket(RunStore(tmp_path / "runs"), Recipe(epochs=1), "ann")


def at(seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "monotonic", lambda: seconds)


def step(ticket: TrainingTicket, number: int) -> None:
    """The step ``number``, after the progress that belongs to it."""
    ticket.job = SimpleNamespace(done=LOADED + EPOCH * number / STEPS)  # type: ignore[assignment]
    ticket.receive({"step": {"epochs_done": number / STEPS, "loss": 1.0, "accuracy": 0.5}})


def test_the_fraction_trained_is_the_curves(ticket: TrainingTicket) -> None:
    assert ticket.trained == 0
    step(ticket, 4)
    assert ticket.trained == 4 / STEPS == ticket.trace.steps[-1].epochs_done


def test_the_time_left_is_shown_once_the_pace_is_known_and_falls_to_the_end(
    ticket: TrainingTicket, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[float | None] = []
    for number in range(1, STEPS + 1):
        at(30 + STEP_S * number, monkeypatch)
        step(ticket, number)
        for later_s in (0.0, 0.7, 1.4):
            at(30 + STEP_S * number + later_s, monkeypatch)
            shown.append(ticket.seconds_left)
    known = [left_s for left_s in shown if left_s is not None]
    assert shown[: len(shown) - len(known)] == [None] * 15, "five steps tell nothing"
    assert all(later < earlier for earlier, later in pairwise(known))
    pace = STEP_S * STEPS / EPOCH
    assert known[0] == pytest.approx(pace * (1 - LOADED - EPOCH * 6 / STEPS))


def test_a_run_later_than_foreseen_names_no_time(ticket: TrainingTicket, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(1, STEPS + 1):
        at(STEP_S * number, monkeypatch)
        step(ticket, number)
    at(1_000, monkeypatch)
    assert ticket.seconds_left is None
