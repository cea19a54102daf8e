"""The benchmark of a crowd plays what it says, on the dashboard and on the plain demo."""

from typing import Any

import psutil
import pytest

from benchmarks.server import Fleet, Server
from fp16core.bench.child_cost import BenchError
from fp16core.bench.load import measure
from fp16core.bench.load.measure import run_scenarios
from fp16core.bench.load.results import ALL_PAGES, ServerLoad, response_times, server_load, throughput, turnover
from fp16core.bench.measures import Ratio
from tests.helpers.places import PAGES

pytestmark = pytest.mark.slow


def test_visitors_walk_through_all_pages_and_leave_a_server_that_serves_others() -> None:
    """A rerun that shows an exception or an error ends the script; so does a widget that is not there."""
    found = run_scenarios(
        "ours",
        {
            "first": {},
            "crowd": {"sessions": 1, "think_s": 0.01, "ramp_s": 0.01, "limit_s": 300},
            "turnover": {"sessions": 20, "at_once": 2},
        },
    )
    assert found["first"]["seconds"] > 0.2
    crowd = found["crowd"]
    assert crowd["unfinished"] == 0
    assert crowd["server_cpu_s"] > 0
    visits = [(rerun["page"] or "start", rerun["is_arrival"]) for rerun in crowd["reruns"]]
    assert sorted(visits) == sorted((page, arrival) for page in PAGES for arrival in (True, False))
    for rerun in crowd["reruns"]:
        assert 0 < rerun["seconds"] < crowd["seconds"]
        assert 5_000 < rerun["size_bytes"] < 3_000_000, rerun["page"]
    assert len(found["turnover"]["resident_bytes"]) == 10


@pytest.mark.tensorflow
def test_the_plain_demo_answers_the_same_questions() -> None:
    found = run_scenarios(
        "theirs", {"first": {}, "most": {"steps": [1, 2], "think_s": 0.1, "window_s": 2, "limit_s": 1e-9}}
    )
    assert found["first"]["resident_bytes"] > 300_000_000  # TensorFlow is there
    (step,) = found["most"]  # the second is not tried: the first passed the limit
    assert step["sessions"] == 1
    assert step["reruns"] == pytest.approx(2 * step["per_second"])


def test_a_scenario_that_fails_is_an_error_in_words() -> None:
    with pytest.raises(BenchError, match=r"load\.py nobody ended with status 1:[\s\S]*nobody"):
        run_scenarios("nobody", {})


def test_visitors_are_spread_on_the_replicas_in_turn() -> None:
    here = psutil.Process()
    fleet = Fleet((Server("first", here, 0), Server("second", here, 0)))
    assert [fleet.address(number) for number in range(5)] == ["first", "second", "first", "second", "first"]
    assert fleet.cpu_s() == pytest.approx(2 * fleet.servers[0].cpu_s(), abs=0.2)
    assert fleet.resident_bytes() == pytest.approx(2 * fleet.servers[0].resident_bytes(), rel=0.1)


def rerun(page: str, ms: float, at_s: float) -> dict[str, object]:
    return {"page": page, "is_arrival": True, "at_s": at_s, "seconds": ms / 1e3, "size_bytes": 1000, "messages": 9}


def test_answers_are_counted_by_page_once_all_have_come() -> None:
    reruns = [rerun("", 9999, 1), *(rerun("", ms, 11) for ms in range(1, 101)), rerun("bits", 500, 12)]
    all_pages, bits, overview = response_times("ours", {"reruns": reruns}, ramp_s=10)
    assert (all_pages.page, bits.page, overview.page) == (ALL_PAGES, "bits", "start")
    assert (overview.reruns, overview.median_ms, overview.p95_ms) == (100, 50.5, 96)
    assert all_pages.reruns == 101
    assert overview.goal_ms == 150
    assert response_times("theirs", {"reruns": reruns}, ramp_s=10)[0].goal_ms is None
    assert response_times("theirs", {"reruns": reruns}, ramp_s=99) == []


def test_a_crowds_cost_is_shared_among_its_answers_and_sessions() -> None:
    found = {
        "reruns": [rerun("", 5, 0)] * 4,
        "unfinished": 1,
        "seconds": 10,
        "server_cpu_s": 0.1,
        "visitors_cpu_s": 1,
        "resident_bytes": [100, 300],
    }
    cost = server_load("ours", 50, found)
    assert cost == ServerLoad("the dashboard", 50, 1, 4, 25.0, 0.1, (100, 300), 500_000)
    assert cost.document()["session_bytes"] == 4


def step(sessions: int, per_second: float, p95_s: float) -> dict[str, float]:
    return {"sessions": sessions, "per_second": per_second, "p95_s": p95_s}


def test_throughput_is_that_of_the_best_step_within_the_limit() -> None:
    ours = [step(10, 9.0, 0.1), step(20, 18.0, 0.9), step(30, 20.0, 1.1)]
    found = throughput([step(1, 0.5, 0.4), step(2, 0.6, 2.0)], ours, "one against one", 50)
    assert (found.median, found.goal, found.per_second) == (36, 50, 18)
    assert found.name.endswith(": one against one")
    assert found.measured.endswith("against 18 per second with 20 visitors, p95 900 ms")
    # Whoever is never within the limit is judged by the fewest visitors.
    assert throughput([step(1, 0.5, 3.0)], ours, "", None).median == 36
    # Whoever never passes it might have answered more.
    assert throughput(ours, ours[:2], "", None).measured.endswith(
        "against at least 18 per second with 20 visitors, p95 900 ms"
    )


def test_each_throughput_is_of_the_processes_that_it_names(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {("theirs", 1): 1.0, ("theirs", 2): 2.0, ("ours", 1): 30.0, ("ours", 2): 60.0}

    def played(side: str, plan: dict[str, Any], replicas: int = 1) -> dict[str, Any]:
        visit = {"seconds": 1.0, "resident_bytes": 100}
        cost = {"reruns": [], "unfinished": 0, "seconds": 1, "server_cpu_s": 0, "visitors_cpu_s": 0}
        found = {
            "first": visit,
            "crowd": cost | {"resident_bytes": [1, 2]},
            "most": [step(1, answers[side, replicas], 0.5), step(2, 99.0, 1.5)],
            "turnover": {"sessions": 10, "resident_bytes": [1, 1]},
        }
        return {name: found[name] for name in plan}

    monkeypatch.setattr(measure, "run_scenarios", played)
    results = measure.measure_load(1, lambda _what, _done: None)
    found = {result.name.rpartition(": ")[2]: result for result in results if isinstance(result, Ratio)}
    ratios = {
        name: (ratio.median, ratio.goal) for name, ratio in found.items() if "process" in name or "replicas" in name
    }
    assert ratios == {
        "one process against one": (30, None),
        "2 replicas, as hosted, against one process": (60, 50),
        "2 replicas against 2 replicas": (30, None),
    }


def test_memory_is_flat_if_it_ends_where_it_was_after_a_tenth() -> None:
    found = turnover({"sessions": 2000, "resident_bytes": [100e6, 300e6, 125e6]})
    assert found.median == 0.8
    assert found.goal is not None
    assert found.median < found.goal
