"""Shared fixtures: the bundled pair, its comparison, small data sets, and what a server needs."""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
import plotly.io
import pytest

from fp16core.data.mnist import load_mnist, normalise
from fp16core.evaluate.comparison import Comparison, classifiers, compare
from fp16core.figures.base.sketch import Sketch
from fp16core.numerics.propagation import PairRecorder
from fp16core.reading.likeness import Likeness, likeness
from fp16core.runs.pair import load_pair
from fp16core.runtime.classifier import Classifier
from fp16core.tflite.model_file import ModelPair
from tests.helpers.places import UNAVAILABLE, TestSet, needs_linux, without
from tests.helpers.vulkan import NoDriverError, software_driver

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.helpers.browser.browsing import Window


LONGEST = ("test_under_attack", "test_browser_", "test_bench", "test_training_", "test_your_files_page")
"""Beginnings of the names of files that take longest."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what this system or this Python cannot have; whatever it can have but lacks is a failure in CI."""
    for item in items:
        if needs_linux(item.path, getattr(item, "fixturenames", ())):
            item.add_marker("linux")
    left_out = [item for item in items if any(map(item.get_closest_marker, UNAVAILABLE))]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
    _longest_first(items)


def _longest_first(items: list[pytest.Item]) -> None:
    """Put the files that take longest first, so that no worker is left with one of them at the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow") or item.get_closest_marker("browser")}

    def place(item: pytest.Item) -> tuple[int, bool]:
        ranks = [rank for rank, name in enumerate(LONGEST) if item.path.name.startswith(name)]
        return (*ranks, len(LONGEST))[0], item.path not in slow

    items.sort(key=place)


def pytest_report_header() -> list[str]:
    """Say what is left out here."""
    return [f"tests marked {mark} are left out: they need {needed}" for mark, needed in UNAVAILABLE.items()]


@pytest.fixture(scope="session", autouse=True)
def own_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No setting and no run of the machine's user reaches a test, nor a server that tests start.

    Processes keep their bytecode, as they do by default: hundreds are started, and each would compile this project.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
        for name in [name for name in os.environ if name.startswith("HALFBITS_")]:
            patch.delenv(name)
        patch.setenv("HALFBITS_RUNS", str(tmp_path_factory.mktemp("runs")))
        yield


@pytest.fixture(scope="session", autouse=True)
def plotly_agrees() -> Iterator[None]:
    """Whatever figure a test draws, a browser gets of it what Plotly would send, checks included.

    Each is compared when it is drawn first: most are drawn again and again with the pages that show them.
    """
    finish, agreed = Sketch.finished, set[bytes]()

    def finished(sketch: Sketch) -> go.Figure:
        figure = finish(sketch)
        sent = plotly.io.to_json(figure)
        if (digest := hashlib.sha256(sent.encode()).digest()) not in agreed:
            theirs = go.Figure(sketch._traces, sketch._layout)
            assert json.loads(sent) == json.loads(plotly.io.to_json(theirs))
            agreed.add(digest)
        return figure

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Sketch, "finished", finished)
        yield


@pytest.fixture(scope="session")
def pair() -> ModelPair:
    return load_pair()


@pytest.fixture(scope="session")
def test_set() -> TestSet:
    return load_mnist("test")


@pytest.fixture(scope="session")
def train_set() -> TestSet:
    return load_mnist("train")


@pytest.fixture(scope="session")
def models(pair: ModelPair) -> tuple[Classifier, Classifier]:
    return classifiers(pair)


@pytest.fixture(scope="session")
def inputs(test_set: TestSet) -> npt.NDArray[np.float32]:
    """Some test images, as the models take them; not a multiple of the batch size."""
    return normalise(test_set[0][:203])


@pytest.fixture(scope="session")
def recorder(pair: ModelPair) -> PairRecorder:
    return PairRecorder(pair)


@pytest.fixture(scope="session")
def rule(test_set: TestSet, comparison: Comparison) -> Likeness:
    return likeness(test_set[0], comparison)


@pytest.fixture(scope="session")
def comparison(pair: ModelPair, test_set: TestSet) -> Comparison:
    return compare(pair, *test_set)


@pytest.fixture(scope="session")
def small_dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first 1,500 training and 200 test images, in the Keras layout."""
    path = tmp_path_factory.mktemp("data") / "small.npz"
    (x_train, y_train), (x_test, y_test) = load_mnist("train"), load_mnist("test")
    np.savez_compressed(path, x_train=x_train[:1500], y_train=y_train[:1500], x_test=x_test[:200], y_test=y_test[:200])
    return path


@pytest.fixture(scope="session")
def mesa() -> str:
    """Value for VK_DRIVER_FILES: Mesa's software driver, new enough to compute in float16."""
    try:
        return software_driver()
    except NoDriverError as error:
        return without(str(error))


@pytest.fixture(scope="session")
def swiftshader() -> str:
    """The same for Chromium's, which has no float16."""
    found = next(iter(sorted(Path("/usr/lib").glob("chromium*/vk_swiftshader_icd.json"))), None)
    return str(found) if found else without("no SwiftShader found; it comes with Debian's chromium")


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    from tests.helpers.browser.browsing import launched  # what needs no browser need not import one's driver

    with launched() as browser:
        yield browser


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory, browser: "Browser") -> Iterator[str]:
    """A server that has shown its first page to somebody."""
    from benchmarks.client.browser import settled
    from tests.helpers.browser.browsing import served

    with served(tmp_path_factory.mktemp("warm") / "server.log") as url:
        page = browser.new_page()
        page.goto(url)
        settled(page)
        page.close()
        yield url


@pytest.fixture(scope="session")
def brisk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with a quarter of the test images, on which *Limits* measures its 168 formats soon."""
    from tests.helpers.browser.browsing import served

    folder = tmp_path_factory.mktemp("brisk")
    train, test = load_mnist("train"), [array[:2_500] for array in load_mnist("test")]
    np.savez(folder / "few.npz", x_train=train[0][:100], y_train=train[1][:100], x_test=test[0], y_test=test[1])
    with ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("HALFBITS_MNIST", str(folder / "few.npz"))
            url = stack.enter_context(served(folder / "server.log"))
        yield url


@pytest.fixture(scope="session")
def desk(browser: "Browser") -> "Window":
    """A desk's screen."""
    from tests.helpers.browser.browsing import Window

    return Window(browser, viewport={"width": 1400, "height": 1000})


@pytest.fixture(scope="session")
def second_desk(browser: "Browser") -> "Window":
    """The screen of another visitor, with storage and cookies of its own."""
    from tests.helpers.browser.browsing import Window

    return Window(browser, viewport={"width": 1400, "height": 1000})


@pytest.fixture(scope="session")
def telephone(browser: "Browser") -> "Window":
    """A telephone's."""
    from tests.helpers.browser.browsing import Window

    return Window(browser, viewport={"width": 420, "height": 900}, has_touch=True, is_mobile=True)


@pytest.fixture
def page(desk: "Window", request: pytest.FixtureRequest) -> "Iterator[Page]":
    """A desk's screen, watched."""
    with desk.lent(request.session) as opened:
        yield opened


@pytest.fixture
def other(second_desk: "Window", request: pytest.FixtureRequest) -> "Iterator[Page]":
    """Another visitor's screen, watched."""
    with second_desk.lent(request.session) as opened:
        yield opened


@pytest.fixture
def phone(telephone: "Window", request: pytest.FixtureRequest) -> "Iterator[Page]":
    """A telephone's, watched."""
    with telephone.lent(request.session) as opened:
        yield opened
