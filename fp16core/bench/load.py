"""How the dashboard bears a crowd, beside a plain demo of the same models that imports TensorFlow.

The scenarios are in ``benchmarks/load.py``, the plain demo in ``benchmarks/plain_app.py``. Visitors speak
Streamlit's own protocol, as a browser does, and think for five seconds on average. On each page they
come to they change something at random: another image, a slider, a tab. What the server remembers for
all visitors has been waited for by an earlier one; what hangs on an image is computed anew.

Throughput is counted at one limit for both sides: the most answers a second at which the 95th
percentile of the answers' times is at most a second, up to which an answer does not interrupt
a visitor's thought (Nielsen, *Usability Engineering*, 1993). Visitors then think for a second
on average, so that few make many, and more come until the limit is passed. It is counted for one
process of each, and for two replicas of each: Python runs one thread at a time, and a process fills one
core. The process that plays the visitors shares the two cores with them.
"""

import json
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from fp16core.bench.measures import Ratio, ratio_of
from fp16core.bench.process import BenchError
from fp16core.jobs import child
from fp16core.training.recipe import Progress

_SCRIPT = Path(__file__).parents[2] / "benchmarks" / "load.py"

_LIMIT_S = 1.0
"""The 95th percentile of times at which throughput is counted."""

_GOAL_MS, _GOAL_SESSION_BYTES = 150.0, 500_000

_NAMES = {"ours": "the dashboard", "theirs": "a plain demo"}

ALL_PAGES = "all pages"


@dataclass(frozen=True)
class Effort:
    """How much is measured.

    Attributes
    ----------
    sessions, think_s, ramp_s, longest_s
        Of the crowd: how many, how long they think on average, the time over which they arrive, and when
        those who have not seen all pages by then are sent away: from the dashboard, and from the plain demo.
    ours, theirs, window_s
        Numbers of visitors that are tried in turn for the throughput of one process, and how long each is watched:
        before the dashboard, and before the plain demo, which answers less often.
    replicas, ours_replicated, theirs_replicated
        How many replicas are tried as well, and with how many visitors in turn.
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


@dataclass(frozen=True)
class Answered:
    """How a page answered a crowd.

    Attributes
    ----------
    app, page
        Which; ``ALL_PAGES`` for all of them.
    reruns
        How many answers were counted: those asked for after all visitors had come.
    median_ms, p95_ms
        Milliseconds from a visitor's message to the end of the answer.
    size_bytes
        Mean size of an answer.
    goal_ms
        The largest 95th percentile aimed at; `None` for what only informs.
    """

    app: str
    page: str
    reruns: int
    median_ms: float
    p95_ms: float
    size_bytes: float
    goal_ms: float | None

    def document(self) -> dict[str, Any]:
        """The row for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Crowd:
    """What a crowd cost the server.

    Attributes
    ----------
    app
        Which.
    sessions, unfinished
        Visitors, and how many of them had to be sent away before they had seen all pages.
    reruns
        All answers.
    cpu_ms
        Processor time of the server's processes for an answer, in milliseconds.
    visitors_cpu_share
        Processor time of the process that plays the visitors, as a share of one core.
    resident_bytes
        The server's resident memory before the crowd, and with all of it connected.
    goal_bytes
        The most memory aimed at for a session; `None` for what only informs.
    """

    app: str
    sessions: int
    unfinished: int
    reruns: int
    cpu_ms: float
    visitors_cpu_share: float
    resident_bytes: tuple[int, int]
    goal_bytes: int | None

    @property
    def session_bytes(self) -> float:
        """By how much a session made the server's memory grow."""
        return (self.resident_bytes[1] - self.resident_bytes[0]) / self.sessions

    def document(self) -> dict[str, Any]:
        """The row for JSON."""
        return asdict(self) | {"session_bytes": self.session_bytes}


Loaded = Answered | Crowd | Ratio


def measure_load(repeats: int, report: Progress, effort: Effort | None = None) -> list[Loaded]:
    """A first visit, a crowd, the throughput, and many visitors one after another; raises `BenchError`."""
    effort = effort or Effort()
    results: list[Loaded] = [*_first_visits(repeats, lambda what, done: report(what, 0.1 * done))]
    found, most = {}, {}
    for side, place, steps, replicated, begin in (
        ("theirs", 1, effort.theirs, effort.theirs_replicated, 0.1),
        ("ours", 0, effort.ours, effort.ours_replicated, 0.4),
    ):
        report(f"a crowd of {effort.sessions:,} before {_NAMES[side]}", begin)
        plan: dict[str, Mapping[str, Any]] = {
            "crowd": {
                "sessions": effort.sessions,
                "think_s": effort.think_s,
                "ramp_s": effort.ramp_s,
                "limit_s": effort.longest_s[place],
            },
        }
        if side == "ours":
            plan["turnover"] = {"sessions": effort.turnover, "at_once": effort.at_once}
        found[side] = play(side, plan)
        results += [*answered(side, found[side]["crowd"], effort.ramp_s), crowd(side, effort, found[side]["crowd"])]
        # On servers of their own, as those before are still busy with what a crowd has left them.
        for words, tried, replicas in (("one", steps, 1), ("several", replicated, effort.replicas)):
            begin += 0.12
            report(f"more and more visitors before {_NAMES[side]}, processes: {replicas}", begin)
            asked = {
                "steps": tried,
                "think_s": effort.think_s / 5,
                "window_s": effort.window_s[place],
                "limit_s": _LIMIT_S,
            }
            most[side, words] = play(side, {"most": asked}, replicas)["most"]
    several = f"{effort.replicas} replicas"
    results += [
        throughput(most["theirs", "one"], most["ours", "one"], "one process against one", None),
        throughput(most["theirs", "one"], most["ours", "several"], f"{several}, as hosted, against one process", 50),
        throughput(most["theirs", "several"], most["ours", "several"], f"{several} against {several}", None),
        turnover(found["ours"]["turnover"]),
    ]
    return results


def play(side: str, plan: Mapping[str, Mapping[str, Any]], replicas: int = 1) -> dict[str, Any]:
    """What ``benchmarks/load.py`` finds with so many servers; raises `BenchError` if it fails."""
    plain = {name: value for name, value in child.environment().items() if not name.startswith("HALFBITS_")}
    command = [sys.executable, str(_SCRIPT), side, str(replicas), json.dumps(plan)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=plain)
    if done.returncode != 0:
        tail = " | ".join(done.stderr.splitlines()[-5:])
        raise BenchError(f"benchmarks/{_SCRIPT.name} {side} ended with status {done.returncode}: {tail}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def answered(side: str, found: Mapping[str, Any], ramp_s: float) -> list[Answered]:
    """The crowd's answers by page, the slowest first, and all together."""
    counted = [rerun for rerun in found["reruns"] if rerun["at_s"] >= ramp_s]
    goal = _GOAL_MS if side == "ours" else None
    pages: dict[str, list[Mapping[str, Any]]] = {}
    for rerun in counted:
        pages.setdefault(rerun["page"] or "overview", []).append(rerun)
    rows = [_row(side, page, reruns, goal) for page, reruns in pages.items()]
    return [_row(side, ALL_PAGES, counted, goal), *sorted(rows, key=lambda row: -row.p95_ms)] if counted else []


def crowd(side: str, effort: Effort, found: Mapping[str, Any]) -> Crowd:
    """What the crowd cost."""
    return Crowd(
        _NAMES[side],
        effort.sessions,
        found["unfinished"],
        len(found["reruns"]),
        found["server_cpu_s"] * 1e3 / max(len(found["reruns"]), 1),
        found["visitors_cpu_s"] / found["seconds"],
        tuple(found["resident_bytes"]),
        _GOAL_SESSION_BYTES if side == "ours" else None,
    )


def _first_visits(repeats: int, report: Progress) -> list[Ratio]:
    """From ``streamlit run`` to the end of the first page's answer, and the server's memory then."""
    theirs, ours = [], []
    for repeat in range(repeats):
        report("a first visit to the plain demo", repeat / repeats)
        theirs.append(play("theirs", {"first": {}})["first"])
        report("a first visit to the dashboard", (repeat + 0.6) / repeats)
        ours.append(play("ours", {"first": {}})["first"])
    if not all(visit["charts"] for visit in (*theirs, *ours)):
        raise BenchError("a first page came without charts, so nothing can be said of its time")
    times = [v["seconds"] for v in theirs], [v["seconds"] for v in ours]
    sizes = [float(v["resident_bytes"]) for v in theirs], [float(v["resident_bytes"]) for v in ours]
    return [
        ratio_of("a first visit to a server just started, against a plain demo's", 2, *times, 1, "s"),
        ratio_of("the server's memory then, against a plain demo's", 4, *sizes, 1e-6, "MB"),
    ]


def throughput(
    theirs: Sequence[Mapping[str, Any]], ours: Sequence[Mapping[str, Any]], which: str, goal: float | None
) -> Ratio:
    """The most answers a second within the limit, of both sides' steps; ``which`` says of how many processes."""
    best = [_best(steps) for steps in (theirs, ours)]
    words = " against ".join(
        f"{'at least ' if steps[-1]['p95_s'] <= _LIMIT_S else ''}{step['per_second']:.3g} a second by "
        f"{step['sessions']} visitors, 95 % within {step['p95_s'] * 1e3:,.0f} ms"
        for step, steps in zip(best, (theirs, ours), strict=True)
    )
    return Ratio(
        f"answers a second, 95 % of them within a second, against a plain demo's: {which}",
        goal,
        (best[1]["per_second"] / best[0]["per_second"],),
        words,
    )


def _best(steps: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The step with the most answers of those within the limit; that of the fewest visitors if there is none."""
    within = [step for step in steps if step["p95_s"] <= _LIMIT_S] or steps[:1]
    return max(within, key=lambda step: float(step["per_second"]))


def turnover(found: Mapping[str, Any]) -> Ratio:
    """Memory after the first tenth of the sessions over that after all."""
    sizes = found["resident_bytes"]
    return Ratio(
        f"the dashboard's memory after a tenth of {found['sessions']:,} sessions opened and closed, against after all",
        1 / 1.05,
        (sizes[0] / sizes[-1],),
        f"{sizes[0] / 1e6:.1f} MB against {sizes[-1] / 1e6:.1f} MB",
    )


def _row(side: str, page: str, reruns: Sequence[Mapping[str, Any]], goal: float | None) -> Answered:
    times = sorted(rerun["seconds"] * 1e3 for rerun in reruns)
    size = statistics.mean(rerun["size_bytes"] for rerun in reruns)
    p95 = times[int(0.95 * len(times))]
    return Answered(_NAMES[side], page, len(times), statistics.median(times), p95, size, goal)
