"""Results of the load scenarios, and their calculation from the answers of ``benchmarks/load.py``."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from fp16core.bench.measures import Ratio

P95_LIMIT_S = 1.0
"""The 95th percentile of response times at which throughput is counted."""

ALL_PAGES = "all pages"

APPS = {"ours": "the dashboard", "theirs": "a plain demo"}
"""Names of both sides."""

ONE_PROCESS = "one process against one"
"""The throughput that README quotes."""

_GOAL_MS, _GOAL_SESSION_BYTES = 150.0, 500_000


@dataclass(frozen=True)
class ResponseTimes:
    """Response times of a page under load.

    Attributes
    ----------
    app, page
        Side and page; ``ALL_PAGES`` for all pages together.
    reruns
        Number of answers counted: those requested after all visitors had arrived.
    median_ms, p95_ms
        Milliseconds from a visitor's message to the end of the answer.
    size_bytes
        Mean size of an answer.
    goal_ms
        The largest 95th percentile aimed at; `None` for a page without a goal.
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
class ServerLoad:
    """Processor time and memory that a crowd takes of the server.

    Attributes
    ----------
    app
        Side.
    sessions, unfinished
        Number of visitors, and of those sent away before they had seen all pages.
    reruns
        Number of answers.
    cpu_ms
        Processor time of the server's processes per answer, in milliseconds.
    visitors_cpu_share
        Processor time of the process that plays the visitors, as a share of one core.
    resident_bytes
        The server's resident memory before the crowd, and with all of it connected.
    goal_bytes
        The most memory per session aimed at; `None` without a goal.
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
        """Growth of the server's memory per session."""
        return (self.resident_bytes[1] - self.resident_bytes[0]) / self.sessions

    def document(self) -> dict[str, Any]:
        """The row for JSON."""
        return asdict(self) | {"session_bytes": self.session_bytes}


@dataclass(frozen=True)
class Throughput(Ratio):
    """A ratio of the most answers per second within the limit.

    Attributes
    ----------
    per_second
        Answers per second of the dashboard.
    """

    per_second: float

    def document(self) -> dict[str, Any]:
        """The ratio for JSON."""
        return super().document() | {"per_second": self.per_second}


def response_times(side: str, found: Mapping[str, Any], ramp_s: float) -> list[ResponseTimes]:
    """Response times of all pages together, then by page, the slowest first."""
    counted = [rerun for rerun in found["reruns"] if rerun["at_s"] >= ramp_s]
    goal = _GOAL_MS if side == "ours" else None
    pages: dict[str, list[Mapping[str, Any]]] = {}
    for rerun in counted:
        pages.setdefault(rerun["page"] or "start", []).append(rerun)
    rows = [_row(side, page, reruns, goal) for page, reruns in pages.items()]
    return [_row(side, ALL_PAGES, counted, goal), *sorted(rows, key=lambda row: -row.p95_ms)] if counted else []


def server_load(side: str, sessions: int, found: Mapping[str, Any]) -> ServerLoad:
    """Processor time and memory taken by a crowd of so many sessions."""
    return ServerLoad(
        APPS[side],
        sessions,
        found["unfinished"],
        len(found["reruns"]),
        found["server_cpu_s"] * 1e3 / max(len(found["reruns"]), 1),
        found["visitors_cpu_s"] / found["seconds"],
        tuple(found["resident_bytes"]),
        _GOAL_SESSION_BYTES if side == "ours" else None,
    )


def throughput(
    theirs: Sequence[Mapping[str, Any]], ours: Sequence[Mapping[str, Any]], processes: str, goal: float | None
) -> Throughput:
    """Most answers per second within the limit, from the steps of both sides; ``processes`` names their number."""
    best = [_best(steps) for steps in (theirs, ours)]
    words = " against ".join(
        f"{'at least ' if steps[-1]['p95_s'] <= P95_LIMIT_S else ''}{step['per_second']:.3g} per second with "
        f"{step['sessions']} visitors, p95 {step['p95_s'] * 1e3:,.0f} ms"
        for step, steps in zip(best, (theirs, ours), strict=True)
    )
    return Throughput(
        f"throughput at p95 ≤ 1 s against a plain demo's: {processes}",
        goal,
        (best[1]["per_second"] / best[0]["per_second"],),
        words,
        best[1]["per_second"],
    )


def turnover(found: Mapping[str, Any]) -> Ratio:
    """Memory after the first tenth of the sessions over memory after all."""
    sizes = found["resident_bytes"]
    return Ratio(
        f"memory of the dashboard after a tenth of {found['sessions']:,} sessions opened and closed, against after all",
        1 / 1.05,
        (sizes[0] / sizes[-1],),
        f"{sizes[0] / 1e6:.1f} MB against {sizes[-1] / 1e6:.1f} MB",
    )


def _best(steps: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The step with the most answers of those within the limit; that of the fewest visitors if there is none."""
    within = [step for step in steps if step["p95_s"] <= P95_LIMIT_S] or steps[:1]
    return max(within, key=lambda step: float(step["per_second"]))


def _row(side: str, page: str, reruns: Sequence[Mapping[str, Any]], goal: float | None) -> ResponseTimes:
    times = sorted(rerun["seconds"] * 1e3 for rerun in reruns)
    size = statistics.mean(rerun["size_bytes"] for rerun in reruns)
    p95 = times[int(0.95 * len(times))]
    return ResponseTimes(APPS[side], page, len(times), statistics.median(times), p95, size, goal)
