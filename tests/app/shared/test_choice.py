"""The choice of the pair and of the test images in the sidebar."""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from streamlit.testing.v1 import AppTest

from fp16core.convert.quantizer import quantize_tflite
from fp16core.runs.pair import BUNDLED_PAIRS, FIVE_EPOCHS, load_pair
from fp16core.runs.store import RunStore
from fp16core.text import bytes_text
from fp16core.tflite.model_file import ModelPair
from pages.shared.session.files import OwnFiles
from tests.helpers.files.stores import add_run
from tests.helpers.places import ROUTER, TestSet, page_file


@dataclass(frozen=True)
class FewImages:
    """A visitor's data set."""

    images: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.uint8]
    name: str = "few.npz"
    contents: bytes = b""
    has_training: bool = False
    digest: str = "of few images"
    size_bytes: int = 0


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cold_caches: None) -> RunStore:  # noqa: ARG001 - it must come first
    monkeypatch.setenv("HALFBITS_RUNS", str(tmp_path / "runs"))
    return RunStore()


def dashboard(**query: str) -> AppTest:
    """A visit to a page with headline numbers."""
    app = AppTest.from_file(str(ROUTER), default_timeout=60)
    app.switch_page(page_file("claims"))
    for key, value in query.items():
        app.query_params[key] = value
    return app.run()


def own(pair: ModelPair) -> ModelPair:
    """A pair that is not the bundled one."""
    return replace(pair, name="mine.tflite", target=quantize_tflite(pair.reference), run={})


def size_shown(app: AppTest) -> str:
    assert not app.exception
    return next(metric.value for metric in app.metric if metric.label == "File size, float16")


@pytest.mark.parametrize("name", BUNDLED_PAIRS)
def test_every_bundled_pair_can_be_chosen_and_linked_to(name: str) -> None:
    app = dashboard(model=name)
    assert app.sidebar.selectbox(key="model").options == [*BUNDLED_PAIRS]
    assert app.sidebar.selectbox(key="model").value == name
    assert size_shown(app) == bytes_text(load_pair(BUNDLED_PAIRS[name]).target.size_bytes)


def test_a_servers_own_pair_comes_before_the_bundled_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALFBITS_PAIR", str(shutil.copytree(FIVE_EPOCHS, tmp_path / "ours")))
    app = dashboard()
    assert app.sidebar.selectbox(key="model").options == ["ours", *BUNDLED_PAIRS]
    assert app.sidebar.selectbox(key="model").value == "ours"


def test_kept_runs_can_be_chosen_and_linked_to(runs: RunStore) -> None:
    add_run(runs.folder, "one", name="Ten filters")
    app = dashboard()
    assert app.sidebar.selectbox(key="model").options == [*BUNDLED_PAIRS, "Ten filters"]
    app.sidebar.selectbox(key="model").select("Ten filters").run()
    assert not app.exception
    assert dashboard(model="Ten filters").sidebar.selectbox(key="model").value == "Ten filters"


def test_a_run_that_is_deleted_while_in_use_gives_way_to_the_bundled_pair(runs: RunStore) -> None:
    add_run(runs.folder, "one", name="Short-lived")
    app = dashboard(model="Short-lived")
    runs.delete("one")
    app.run()
    assert not app.exception
    assert app.sidebar.selectbox(key="model").value == "Bundled pair"
    assert app.sidebar.selectbox(key="model").options == [*BUNDLED_PAIRS]


def test_ones_own_pair_is_shown_on_all_pages_and_to_nobody_else(pair: ModelPair) -> None:
    mine, other = dashboard(), dashboard()
    brought = own(pair)
    mine.session_state["own-files"] = OwnFiles(brought)
    mine.session_state["next-model"] = "mine.tflite (yours)"
    mine.run()
    assert mine.sidebar.selectbox(key="model").value == "mine.tflite (yours)"
    assert size_shown(mine) == bytes_text(brought.target.size_bytes)
    assert "visible to you alone" in "\n".join(caption.value for caption in mine.sidebar.caption)
    other.run()
    assert other.sidebar.selectbox(key="model").options == [*BUNDLED_PAIRS]
    assert size_shown(other) == bytes_text(pair.target.size_bytes)
    mine.session_state["own-files"] = OwnFiles()
    assert size_shown(mine.run()) == bytes_text(pair.target.size_bytes)


def test_ones_own_test_images_can_be_put_aside(test_set: TestSet) -> None:
    app = dashboard()
    app.session_state["own-files"] = OwnFiles(dataset=FewImages(test_set[0][:150], test_set[1][:150]))
    app.session_state["next-dataset"] = "few.npz"
    app.run()
    assert app.sidebar.selectbox(key="test-images").value == "few.npz (yours)"
    assert "150" in next(m for m in app.metric if m.label == "Changed answers").delta
    app.sidebar.selectbox(key="test-images").select("the server's").run()
    assert "10,000" in next(m for m in app.metric if m.label == "Changed answers").delta
