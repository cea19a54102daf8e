"""Load test: the dashboard, or a plain demo, under a crowd of visitors.

``python benchmarks/load.py ours|theirs REPLICAS PLAN``, PLAN a JSON object with, for each of the
scenarios below that is to be played, its keyword arguments. Everything happens on this machine, on two
of its cores: so many servers, each in a process of its own, and this process as all of their visitors.
Prints a JSON object with the results of each scenario.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from random import Random
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.client.timed import Rerun, TimedVisitor, Trouble  # found only now
from benchmarks.habits import APPS, App, Habits
from benchmarks.server import Fleet, Server, ServerError, served

CORES = 2

FILLING = 20
"""Changes that an earlier visitor makes on each page: more than the server keeps of a kind for all visitors."""

Document = dict[str, Any]


async def first(fleet: Fleet, app: App) -> Document:
    """A server that nobody has visited, the only one, until its first page is complete, with its answer."""
    visitor = TimedVisitor(fleet.address(0))
    rerun = await visitor.arrive("")
    await visitor.leave()
    if not visitor.session.says(app.answer):
        raise Trouble(f"the first page of {app.script.name} does not say {app.answer!r}, so its time means nothing")
    return {
        "seconds": rerun.at_s + rerun.seconds - fleet.servers[0].started_at,
        "resident_bytes": fleet.resident_bytes(),
    }


async def crowd(fleet: Fleet, app: App, sessions: int, think_s: float, ramp_s: float, limit_s: float) -> Document:
    """Visitors who arrive one after another and each walk through all pages once; at most for ``limit_s``."""
    before, start = fleet.resident_bytes(), time.perf_counter()
    cpu_before, own_before = fleet.cpu_s(), time.process_time()
    visitors = [TimedVisitor(fleet.address(number)) for number in range(sessions)]
    reruns: list[Rerun] = []
    walks = [
        asyncio.create_task(walk(visitor, app.habits, number, ramp_s * number / sessions, think_s, reruns))
        for number, visitor in enumerate(visitors)
    ]
    done, unfinished = await asyncio.wait(walks, timeout=limit_s)
    took = time.perf_counter() - start
    cpu, own, after = fleet.cpu_s() - cpu_before, time.process_time() - own_before, fleet.resident_bytes()
    for task in unfinished:
        task.cancel()
    for task in done:
        task.result()
    await asyncio.gather(*unfinished, return_exceptions=True)
    await asyncio.gather(*(visitor.leave() for visitor in visitors))
    return {
        "reruns": [asdict(rerun) | {"at_s": rerun.at_s - start} for rerun in reruns],
        "unfinished": len(unfinished),
        "seconds": took,
        "server_cpu_s": cpu,
        "visitors_cpu_s": own,
        "resident_bytes": [before, after],
    }


async def most(
    fleet: Fleet, app: App, steps: list[int], think_s: float, window_s: float, limit_s: float
) -> list[Document]:
    """More and more visitors, until the 95th percentile of the answers' times passes ``limit_s``."""
    found: list[Document] = []
    walks: list[asyncio.Task[None]] = []
    visitors: list[TimedVisitor] = []
    reruns: list[Rerun] = []
    for sessions in steps:
        while len(visitors) < sessions:
            number = len(visitors)
            visitors.append(TimedVisitor(fleet.address(number)))
            walks.append(asyncio.create_task(walk(visitors[-1], app.habits, number, 0, think_s, reruns, endless=True)))
            await asyncio.sleep(think_s / 10)
        start = time.perf_counter()
        await asyncio.sleep(window_s)
        for task in walks:
            if task.done():
                task.result()
        times = sorted(rerun.seconds for rerun in reruns if rerun.at_s + rerun.seconds >= start)
        p95 = times[int(0.95 * len(times))] if times else float("inf")
        found.append({"sessions": sessions, "reruns": len(times), "per_second": len(times) / window_s, "p95_s": p95})
        if p95 > limit_s:
            break
    for task in walks:
        task.cancel()
    await asyncio.gather(*walks, return_exceptions=True)
    await asyncio.gather(*(visitor.leave() for visitor in visitors))
    return found


async def turnover(fleet: Fleet, app: App, sessions: int, at_once: int) -> Document:
    """Visitors who look at a page, change something and leave, a few at a time; memory after each tenth of them."""
    pages, at_random = list(app.habits), Random(0)
    resident = []
    for batch in range(0, sessions, at_once):
        visitors = [TimedVisitor(fleet.address(number)) for number in range(at_once)]
        where = [pages[(batch + number) % len(pages)] for number in range(at_once)]
        await asyncio.gather(*(v.arrive(page) for v, page in zip(visitors, where, strict=True)))
        await asyncio.gather(*(interact(v, app.habits, at_random) for v in visitors))
        await asyncio.gather(*(v.leave() for v in visitors))
        if (batch + at_once) % (sessions // 10) < at_once:
            resident.append(fleet.resident_bytes())
    return {"sessions": sessions, "resident_bytes": resident}


async def look_ahead(server: Server, app: App) -> None:
    """One visitor opens every page, waits for what the server remembers from then on, and fills what it keeps of it."""
    visitor = TimedVisitor(server.address)
    for page in app.habits:
        await visitor.arrive(page)
        await visitor.again()
    for page, changes in app.seen:
        await visitor.arrive(page)
        for key, value in changes:
            await visitor.change(key, value)
    while "stop-measuring" in visitor.session.widgets:
        await asyncio.sleep(1)
        await visitor.again()
    at_random = Random(-1)
    for page in app.habits:
        await visitor.arrive(page)
        for _ in range(FILLING):
            await interact(visitor, app.habits, at_random)
    await visitor.leave()


async def walk(
    visitor: TimedVisitor,
    habits: Habits,
    number: int,
    wait_s: float,
    think_s: float,
    reruns: list[Rerun],
    *,
    endless: bool = False,
) -> None:
    """Go through all pages, from the visitor's own first one on, and change something on each."""
    at_random = Random(number)
    await asyncio.sleep(wait_s)
    pages = list(habits)
    start = number % len(pages)
    while True:
        for page in pages[start:] + pages[:start]:
            reruns.append(await visitor.arrive(page))
            await asyncio.sleep(think_s * at_random.uniform(0.5, 1.5))
            reruns.append(await interact(visitor, habits, at_random))
            await asyncio.sleep(think_s * at_random.uniform(0.5, 1.5))
        if not endless:
            return


async def interact(visitor: TimedVisitor, habits: Habits, at_random: Random) -> Rerun:
    """Change something on the page shown, as its visitors do."""
    if not habits[visitor.session.page]:
        return await visitor.again()
    wishes = [habit(at_random) for habit in habits[visitor.session.page]]
    # What is there to set may hang on what was set before.
    possible = [wish for wish in wishes if wish[0] in visitor.session.widgets] or wishes
    return await visitor.change(*at_random.choice(possible))


SCENARIOS: dict[str, Callable[..., Coroutine[Any, Any, Any]]] = {
    "first": first,
    "crowd": crowd,
    "most": most,
    "turnover": turnover,
}


def main(name: str, replicas: int, plan: dict[str, Document]) -> None:
    """Play the scenarios on so many servers, and print what came of them."""
    app = APPS[name]
    me = psutil.Process()
    if sys.platform != "darwin":  # which ties no process to a core
        me.cpu_affinity(me.cpu_affinity()[:CORES])  # the servers inherit it
    with tempfile.TemporaryDirectory() as runs, ExitStack() as running:
        # As a demo among strangers: nobody trains, and no runs of this machine's user are shown.
        os.environ |= {"HALFBITS_RUNS": runs, "HALFBITS_TRAINING": "off"}
        fleet = Fleet(tuple(running.enter_context(served(app.script)) for _ in range(replicas)))
        print(json.dumps(asyncio.run(play(fleet, app, plan))))


async def play(fleet: Fleet, app: App, plan: dict[str, Document]) -> Document:
    """Results of each scenario; all but a first visit find what an earlier visitor has waited for."""
    found = {}
    for number, (scenario, options) in enumerate(plan.items()):
        if number == 0 and scenario != "first":
            for server in fleet.servers:
                await look_ahead(server, app)
        found[scenario] = await SCENARIOS[scenario](fleet, app, **options)
    return found


if __name__ == "__main__":
    try:
        main(sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3]))
    except (Trouble, ServerError) as trouble:
        sys.exit(str(trouble))
