"""Times of calls in turns, and memory of copies: the measuring itself, of whatever is called."""

import time
from collections.abc import Callable, Mapping
from typing import TypeVar

import numpy as np
import psutil

_WARM_UP_CALLS, _WARM_UP_S = 5, 0.03
"""Warm-up before timing: fewest calls, and shortest duration."""

Loaded = TypeVar("Loaded")


def warm_up(call: Callable[[], object], calls: int = _WARM_UP_CALLS, seconds: float = _WARM_UP_S) -> float:
    """Call a function until it is warm; return the seconds that the last call took.

    Parameters
    ----------
    call
        The function.
    calls, seconds
        Fewest calls, and shortest duration.
    """
    begin = time.perf_counter()
    done, took = 0, 0.0
    while done < calls or time.perf_counter() - begin < seconds:
        start = time.perf_counter()
        call()
        took = time.perf_counter() - start
        done += 1
    return took


def in_turns(
    calls: Mapping[str, Callable[[int], object]], turns: int, random: np.random.Generator
) -> dict[str, list[float]]:
    """Times in microseconds of several functions, each called once in each turn, in random order.

    Parameters
    ----------
    calls
        The functions, by name; they are given the number of the turn.
    turns
        Number of turns.
    random
        Source of the order.
    """
    times: dict[str, list[float]] = {what: [] for what in calls}
    for turn in range(turns):
        for what in random.permutation(list(calls)).tolist():
            call = calls[what]
            start = time.perf_counter()
            call(turn)
            times[what].append((time.perf_counter() - start) * 1e6)
    return times


def loaded_in_turns(
    loads: Mapping[str, Callable[[], Loaded]], first_run: Callable[[Loaded], object], random: np.random.Generator
) -> tuple[dict[str, Loaded], dict[str, float], dict[str, float]]:
    """Load several things in random order, so that neither their place in memory nor what ran before favours one.

    Returns
    -------
    loaded, load_ms, first_run_ms
        What was loaded, and the times of loading and of the first run, by name.
    """
    loaded, load_ms, first_run_ms = {}, {}, {}
    for what in random.permutation(list(loads)).tolist():
        start = time.perf_counter()
        loaded[what] = loads[what]()
        ready = time.perf_counter()
        first_run(loaded[what])
        load_ms[what] = (ready - start) * 1e3
        first_run_ms[what] = (time.perf_counter() - ready) * 1e3
    return loaded, load_ms, first_run_ms


def bytes_of_copies(
    loads: Mapping[str, Callable[[], object]],
    first: int,
    copies: int,
    between: Callable[[], object] = lambda: None,
) -> dict[str, float]:
    """Resident memory that one more copy takes, by name.

    Parameters
    ----------
    loads
        Functions that load and run a copy; all copies are kept until the end, so that none takes another's place.
    first
        Copies before measuring, for what only the first ones take.
    copies
        Copies that are measured; the result is their mean.
    between
        Called between the two.
    """
    process = psutil.Process()
    kept: list[object] = []
    taken = {}
    for what, load in loads.items():
        kept += [load() for _ in range(first)]
        between()
        before = process.memory_info().rss
        kept += [load() for _ in range(copies)]
        taken[what] = (process.memory_info().rss - before) / copies
    return taken
