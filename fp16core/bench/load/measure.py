"""Load on the dashboard, beside a plain demo of the same models that imports TensorFlow.

The scenarios are in ``benchmarks/load.py``, the plain demo in ``benchmarks/plain_app.py``. Visitors speak
Streamlit's own protocol, as a browser does, and think for five seconds on average. On each page they
change something at random: another image, a slider, a tab. Whatever the server keeps for all
visitors has been computed for an earlier one; whatever depends on an image is computed anew.

Throughput is counted at one limit for both sides: the most answers per second at which the 95th
percentile of response times is at most a second, up to which an answer does not interrupt
a visitor's thought (Nielsen, *Usability Engineering*, 1993). Visitors then think for a second
on average, so that few of them produce many requests, and more arrive until the limit is exceeded. It is
counted for one process of each side, and for two replicas of each: Python runs one thread at a time, so a
process fills one core. The process that plays the visitors shares the two cores with them.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fp16core.bench.child_cost import BenchError
from fp16core.bench.load.results import (
    APPS,
    ONE_PROCESS,
    P95_LIMIT_S,
    ResponseTimes,
    ServerLoad,
    response_times,
    server_load,
    throughput,
    turnover,
)
from fp16core.bench.measures import Ratio, ratio_of
from fp16core.jobs import child
from fp16core.training.recipe import Progress

_SCRIPT = Path(__file__).parents[3] / "benchmarks" / "load.py"


@dataclass(frozen=True)
class LoadPlan:
    """Size of the scenarios.

    Attributes
    ----------
    sessions, think_s, ramp_s, longest_s
        Of the crowd: number of sessions, mean think time, the time over which they arrive, and the time after
        which those who have not seen all pages are sent away: from the dashboard, and from the plain demo.
    ours, theirs, window_s
        Numbers of visitors that are tried in turn for the throughput of one process, and the observation time
        of each: with the dashboard, and with the plain demo, which answers less often.
    replicas, ours_replicated, theirs_replicated
        Number of replicas that are tried as well, and their numbers of visitors in turn.
    turnover, at_once
        Sessions that are opened and closed, and how many at a time.
    """

    sessions: int = 100
    think_s: float = 5.0
    ramp_s: float = 10.0
    longest_s: tuple[float, float] = (220.0, 40.0)
    ours: tuple[int, ...] = (10, 30, 50, 60, 70, 80, 90, 100, 110, 120)
    theirs: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 8, 10)
    replicas: int = 2
    ours_replicated: tuple[int, ...] = (20, 60, 100, 120, 130, 140, 150, 160, 180, 200)
    theirs_replicated: tuple[int, ...] = (1, 3, 4, 5, 6, 7, 8, 10, 12)
    window_s: tuple[float, float] = (8.0, 20.0)
    turnover: int = 2000
    at_once: int = 50


LoadResult = ResponseTimes | ServerLoad | Ratio


def measure_load(repeats: int, report: Progress, plan: LoadPlan | None = None) -> list[LoadResult]:
    """A first visit, a crowd, the throughput, and many visitors one after another; raises `BenchError`."""
    plan = plan or LoadPlan()
    results: list[LoadResult] = [*_first_visits(repeats, lambda what, done: report(what, 0.1 * done))]
    found, most = {}, {}
    for side, place, steps, replicated, begin in (
        ("theirs", 1, plan.theirs, plan.theirs_replicated, 0.1),
        ("ours", 0, plan.ours, plan.ours_replicated, 0.4),
    ):
        report(f"a crowd of {plan.sessions:,} on {APPS[side]}", begin)
        scenarios: dict[str, Mapping[str, Any]] = {
            "crowd": {
                "sessions": plan.sessions,
                "think_s": plan.think_s,
                "ramp_s": plan.ramp_s,
                "limit_s": plan.longest_s[place],
            },
        }
        if side == "ours":
            scenarios["turnover"] = {"sessions": plan.turnover, "at_once": plan.at_once}
        found[side] = run_scenarios(side, scenarios)
        crowd = found[side]["crowd"]
        results += [*response_times(side, crowd, plan.ramp_s), server_load(side, plan.sessions, crowd)]
        # On servers of their own: the earlier ones are still busy with the crowd's leftovers.
        for words, tried, replicas in (("one", steps, 1), ("several", replicated, plan.replicas)):
            begin += 0.12
            report(f"more and more visitors on {APPS[side]}, processes: {replicas}", begin)
            asked = {
                "steps": tried,
                "think_s": plan.think_s / 5,
                "window_s": plan.window_s[place],
                "limit_s": P95_LIMIT_S,
            }
            most[side, words] = run_scenarios(side, {"most": asked}, replicas)["most"]
    several = f"{plan.replicas} replicas"
    results += [
        throughput(most["theirs", "one"], most["ours", "one"], ONE_PROCESS, None),
        throughput(most["theirs", "one"], most["ours", "several"], f"{several}, as hosted, against one process", 50),
        throughput(most["theirs", "several"], most["ours", "several"], f"{several} against {several}", None),
        turnover(found["ours"]["turnover"]),
    ]
    return results


def run_scenarios(side: str, scenarios: Mapping[str, Mapping[str, Any]], replicas: int = 1) -> dict[str, Any]:
    """Output of ``benchmarks/load.py`` with so many servers; raises `BenchError` if it fails."""
    plain = {name: value for name, value in child.environment().items() if not name.startswith("HALFBITS_")}
    command = [sys.executable, str(_SCRIPT), side, str(replicas), json.dumps(scenarios)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, env=plain)
    if done.returncode != 0:
        tail = " | ".join(done.stderr.splitlines()[-5:])
        raise BenchError(f"benchmarks/{_SCRIPT.name} {side} ended with status {done.returncode}: {tail}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _first_visits(repeats: int, report: Progress) -> list[Ratio]:
    """From ``streamlit run`` to the end of the first page's answer, and the server's memory then."""
    theirs, ours = [], []
    for repeat in range(repeats):
        report("a first visit to the plain demo", repeat / repeats)
        theirs.append(run_scenarios("theirs", {"first": {}})["first"])
        report("a first visit to the dashboard", (repeat + 0.6) / repeats)
        ours.append(run_scenarios("ours", {"first": {}})["first"])
    times = [v["seconds"] for v in theirs], [v["seconds"] for v in ours]
    sizes = [float(v["resident_bytes"]) for v in theirs], [float(v["resident_bytes"]) for v in ours]
    return [
        ratio_of("a first visit to a server just started, against a plain demo's", 2, *times, 1, "s"),
        ratio_of("the server's memory then, against a plain demo's", 4, *sizes, 1e-6, "MB"),
    ]
