"""Cost of a training run for the other visitors, and of ten runs for the dashboard's process.

``python benchmarks/sharing.py reruns|memory TIMES``. The dashboard runs in this process, driven by
Streamlit's own test driver, its training queue as on a server. Prints one JSON document.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil
from streamlit.testing.v1 import AppTest

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.server import ROOT  # found only now
from fp16core.data.mnist import load_mnist
from fp16core.jobs.ticket import State
from fp16core.training.recipe import Recipe
from fp16core.worker.training.ticket import TrainingTicket
from pages.shared.session import training

PAGES = ("start", "claims", "digits", "bits", "layers", "answers", "limits", "size", "train")
"""Pages that show what is remembered; each is drawn once before it counts."""


def open_pages() -> list[AppTest]:
    """A visitor on each page, with everything computed that is remembered."""
    visitors = []
    for page in PAGES:
        app = AppTest.from_file(str(ROOT / "pages" / "router.py"), default_timeout=120).run()
        if page != "start":
            app.switch_page(f"{page}/{page}.py").run()
        app.run()
        visitors.append(app)
    return visitors


def rerun_ms(visitors: list[AppTest]) -> list[float]:
    """Milliseconds of one rerun of each page."""
    times = []
    for app in visitors:
        start = time.perf_counter()
        app.run()
        times.append((time.perf_counter() - start) * 1e3)
    return times


def until_it_trains(ticket: TrainingTicket) -> None:
    """Wait until TensorFlow has been loaded and the first steps are done."""
    while not ticket.trace.steps and not ticket.state.is_over:
        time.sleep(0.05)


def measure_reruns(rounds: int) -> dict[str, list[list[float]]]:
    """Reruns of all pages, alone and while a run goes on, in turns."""
    visitors = open_pages()
    alone, training_on = [], []
    for repeat in range(rounds):
        alone.append(rerun_ms(visitors) + rerun_ms(visitors))
        # With another seed each time: equal wishes would become one run.
        ticket = training.queue().submit(Recipe(epochs=50, seed=repeat), "benchmark")
        until_it_trains(ticket)
        training_on.append(rerun_ms(visitors) + rerun_ms(visitors))
        if ticket.state is not State.RUNNING:
            sys.exit(f"the run ended too soon: {ticket.error}")
        training.queue().stop(ticket, "benchmark")
    return {"alone_ms": alone, "training_ms": training_on}


def measure_memory(runs: int) -> dict[str, list[int]]:
    """Resident memory before the first and after each of some runs that a visitor watches, on few images."""
    (x_train, y_train), (x_test, y_test) = load_mnist("train"), load_mnist("test")
    with tempfile.TemporaryDirectory() as folder:
        few = Path(folder) / "few.npz"
        np.savez(few, x_train=x_train[:2000], y_train=y_train[:2000], x_test=x_test[:500], y_test=y_test[:500])
        os.environ["HALFBITS_MNIST"] = str(few)
        del x_train, x_test
        page = open_pages()[-1]
        resident = [psutil.Process().memory_info().rss]
        for seed in range(runs):
            ticket = training.queue().submit(Recipe(seed=seed), "benchmark")
            while not ticket.wait(0.7):
                page.run()
            page.run()
            if ticket.state is not State.DONE:
                sys.exit(f"a run failed: {ticket.error}")
            resident.append(psutil.Process().memory_info().rss)
    return {"resident_bytes": resident}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as runs:
        os.environ["HALFBITS_RUNS"] = runs
        measure = {"reruns": measure_reruns, "memory": measure_memory}[sys.argv[1]]
        print(json.dumps(measure(int(sys.argv[2]))))
