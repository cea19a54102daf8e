"""Training in real browsers: two visitors at once, a stop, a killed server."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Page, expect

from benchmarks.client.browser import PATIENCE_MS, settled
from fp16core.runs.store import RunStore
from fp16core.worker.training.process import MODULE
from tests.helpers.browser.browsing import served

pytestmark = [pytest.mark.browser, pytest.mark.tensorflow]

TRAINING_MS = 120_000
PROGRESS = re.compile(r"Epoch \d+ of \d+")


Trainer = tuple[str, Path]


@pytest.fixture(scope="module")
def trainer(tmp_path_factory: pytest.TempPathFactory, small_dataset: Path) -> Iterator[Trainer]:
    """A server that trains on few images, and the folder where it keeps its runs."""
    folder = tmp_path_factory.mktemp("trainer")
    with training_server(folder, small_dataset) as url:
        yield url, folder / "runs"


@contextmanager
def training_server(folder: Path, dataset: Path) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HALFBITS_MNIST", str(dataset))
        patch.setenv("HALFBITS_RUNS", str(folder / "runs"))
        with served(folder / "server.log") as url:
            yield url


def worker(runs: Path) -> psutil.Process:
    """The process that trains for this test's server."""
    for process in psutil.process_iter():
        try:
            if MODULE in process.cmdline() and process.environ().get("HALFBITS_RUNS") == str(runs):
                return process
        except psutil.Error:
            continue  # gone while we looked, or somebody else's
    pytest.fail("no process trains")


def test_two_visitors_who_press_train_together_share_one_run(page: Page, other: Page, trainer: Trainer) -> None:
    url, runs = trainer
    for visitor in (page, other):
        visitor.goto(f"{url}/train?train-epochs=4")
        visitor.get_by_role("button", name="Train", exact=True).wait_for(timeout=PATIENCE_MS)
        settled(visitor)
    for visitor in (page, other):
        visitor.get_by_role("button", name="Train", exact=True).click(no_wait_after=True)
    for visitor in (page, other):
        expect(visitor.get_by_text(PROGRESS)).to_be_visible(timeout=TRAINING_MS)
    for visitor in (page, other):
        expect(visitor.get_by_role("heading", name="The result")).to_be_visible(timeout=TRAINING_MS)
        settled(visitor)
    (run,) = RunStore(runs).runs()
    page.get_by_role("button", name="Use this model").click()
    expect(page.get_by_role("button", name="In use on all pages")).to_be_visible(timeout=PATIENCE_MS)
    assert re.search(r"[?&]model=", page.url)
    page.goto(page.url.replace("/train", "/"))
    chosen = page.get_by_test_id("stSidebar").get_by_role("combobox")
    expect(chosen).to_have_value(run.name, timeout=PATIENCE_MS)
    settled(page)


def test_a_stopped_run_leaves_the_page_ready_for_the_next(page: Page, trainer: Trainer) -> None:
    url, runs = trainer
    page.goto(f"{url}/train?train-epochs=50")
    page.get_by_role("button", name="Train", exact=True).click(timeout=PATIENCE_MS)
    expect(page.get_by_text(PROGRESS)).to_be_visible(timeout=TRAINING_MS)
    trains = worker(runs)
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("The run was not finished.")).to_be_visible(timeout=PATIENCE_MS)
    assert not trains.is_running()
    assert [path.name for path in runs.iterdir() if "partial" in path.name] == []
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_enabled()


def test_a_killed_server_takes_its_worker_with_it_within_two_seconds(
    page: Page, tmp_path: Path, small_dataset: Path
) -> None:
    """Once in three tries: a worker of the lowest priority needs the processor for a moment, to end."""
    tries: list[float] = []
    while len(tries) < 3 and not any(seconds < 2 for seconds in tries):
        tries.append(seconds_of_a_worker_without_server(page, tmp_path, small_dataset))
    assert min(tries) < 2
    assert RunStore(tmp_path / "runs").runs() == ()


def seconds_of_a_worker_without_server(page: Page, folder: Path, dataset: Path) -> float:
    with training_server(folder, dataset) as url:
        page.goto(f"{url}/train?train-epochs=50")
        page.get_by_role("button", name="Train", exact=True).click(timeout=PATIENCE_MS)
        expect(page.get_by_text(PROGRESS)).to_be_visible(timeout=TRAINING_MS)
        trains = worker(folder / "runs")
        server = trains.parent()
        assert server is not None
        page.goto("about:blank")
        server.kill()
        start = time.monotonic()
        psutil.wait_procs([trains], timeout=10)
        assert not trains.is_running()
        return time.monotonic() - start
