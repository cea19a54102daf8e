"""Measuring in turns: who is called when, and what a copy takes."""

import itertools
import statistics
import time

import numpy as np

from fp16core.modes.turns import bytes_of_copies, in_turns, loaded_in_turns, warm_up


def test_every_contender_is_called_at_every_place() -> None:
    """No contender always runs first, or always after the same one."""
    called: list[tuple[str, int]] = []
    names = ("one", "other", "third")
    calls = {name: (lambda turn, name=name: called.append((name, turn))) for name in names}
    times = in_turns(calls, 60, np.random.default_rng(0))
    turns = [tuple(name for name, _ in called[i : i + 3]) for i in range(0, len(called), 3)]
    assert set(turns) == set(itertools.permutations(names))
    assert [turn for _, turn in called[::3]] == list(range(60))
    assert {name: len(values) for name, values in times.items()} == dict.fromkeys(names, 60)


def test_loading_and_first_run_are_timed_apart() -> None:
    def slow() -> float:
        time.sleep(0.02)
        return 0.0

    loads = {"slow": slow, "fast": lambda: 0.02}
    loaded, load_ms, first_run_ms = loaded_in_turns(loads, time.sleep, np.random.default_rng(0))
    assert loaded == {"slow": 0.0, "fast": 0.02}
    assert load_ms["slow"] >= 20 > load_ms["fast"]
    assert first_run_ms["fast"] >= 20 > first_run_ms["slow"]


def test_warming_up_lasts_for_so_many_calls_and_so_long() -> None:
    calls: list[float] = []
    warm_up(lambda: calls.append(time.perf_counter()), calls=3, seconds=0.01)
    assert len(calls) >= 3
    assert warm_up(lambda: time.sleep(0.01), calls=1, seconds=0.0) >= 0.01


def test_a_copy_takes_the_memory_that_it_holds() -> None:
    loads = {"nothing": lambda: np.ones(0), "eight megabytes": lambda: np.ones(1_000_000)}
    # Of three attempts, as what other tests left behind may be freed during one.
    attempts = [bytes_of_copies(loads, first=5, copies=5) for _ in range(3)]
    taken = {name: statistics.median(attempt[name] for attempt in attempts) for name in loads}
    assert abs(taken["nothing"]) < 1_000_000
    assert 7_000_000 < taken["eight megabytes"] < 9_000_000
