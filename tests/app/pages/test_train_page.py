"""The Train page in Streamlit's own test driver: recipes, a real run, runs that fail, servers that do not train."""

import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from fp16core.data.mnist import load_mnist
from fp16core.evaluate.comparison import compare
from fp16core.runs.pair import BUNDLED, load_pair
from fp16core.runs.run_folder import read_run_folder
from fp16core.runs.store import RunStore
from fp16core.text import percent_text, small_text
from fp16core.training.recipe import Recipe
from fp16core.worker.training import settings
from pages.shared.server import stopping
from pages.shared.session import training
from pages.shared.ui.words import plain
from tests.helpers.apps.driving import charts, errors, visit, words
from tests.helpers.places import ROUTER

PATIENCE_S = 120.0


@pytest.fixture(autouse=True)
def own_store(
    tmp_path: Path,
    small_dataset: Path,
    monkeypatch: pytest.MonkeyPatch,
    cold_caches: None,  # noqa: ARG001 - it must come first
) -> Iterator[Path]:
    """A store of the test's own, few images, and no run that survives it."""
    monkeypatch.setenv("HALFBITS_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("HALFBITS_MNIST", str(small_dataset))
    yield tmp_path / "runs"
    monkeypatch.delenv("HALFBITS_TRAINING", raising=False)
    for ticket in (*training.queue().waiting, *filter(None, [training.queue().running])):
        for visitor in list(ticket.owners.names):
            training.queue().stop(ticket, visitor)


def button(app: AppTest, label: str) -> AppTest:
    next(b for b in (*app.button, *app.sidebar.button) if b.label == label).click()
    return app


def labels(app: AppTest) -> list[str]:
    return [b.label for b in app.button]


def train_button(app: AppTest) -> Button:
    return next(b for b in app.button if b.label == "Train")


def progress(app: AppTest) -> list[str]:
    """Texts of the progress bars on the page."""
    return [bar.proto.text for bar in app.get("progress")]


def rerun_until_over(app: AppTest) -> AppTest:
    """As the page's own ticking does."""
    ticket = training.queue().running
    deadline = time.monotonic() + PATIENCE_S
    while ticket is not None and not ticket.wait(0.5) and time.monotonic() < deadline:
        app.run()
    return app.run()


@pytest.mark.tensorflow
def test_the_fields_hold_the_tutorials_values_and_a_button_brings_them_back() -> None:
    app = visit("train")
    app.number_input(key="train-epochs").set_value(3)
    app.number_input(key="train-filters").set_value(5)
    app.selectbox(key="train-optimizer").select("sgd").run()
    assert app.code[0].value == "python -m fp16core train --epochs 3 --seed 1 --filters 5 --optimizer sgd --out my-run"
    button(app, "The tutorial's values").run()
    assert app.code[0].value == "python -m fp16core train --seed 1 --out my-run"
    assert app.selectbox(key="train-optimizer").value == "adam"


@pytest.mark.tensorflow
def test_a_run_is_watched_compared_with_the_next_one_in_sight_and_used(own_store: Path) -> None:
    """Until it is deleted; both runs' charts are on one page."""
    app, other = visit("train"), visit("train")
    app.number_input(key="train-epochs").set_value(2)
    app.number_input(key="train-filters").set_value(4)
    button(app, "Train").run()
    assert not app.exception
    assert "Stop" in labels(app)
    rerun_until_over(app)
    assert not app.exception
    assert not app.error
    (run,) = RunStore(own_store).runs()
    expected = compare(load_pair(own_store / run.id), *load_mnist("test"))
    bundled = compare(load_pair(), *load_mnist("test"))
    (table,) = [table for table in app.table if "measured" in table.value]
    change = table.value["measured"].tolist().index("largest logit change")
    assert table.value["Bundled pair"].tolist()[change] == small_text(bundled.max_abs_logit_delta)
    assert table.value[plain(run.name)].tolist()[:2] == [
        percent_text(expected.reference.accuracy.value),
        percent_text(expected.target.accuracy.value),
    ]
    assert table.value["Bundled pair"].tolist()[1] == percent_text(bundled.target.accuracy.value)
    assert {metric.label: metric.value for metric in app.metric}["Accuracy, float16"] == percent_text(
        expected.target.accuracy.value
    )
    assert len(charts(app)) == 5 + 2  # and the kept runs side by side
    assert run.recipe.seed != read_run_folder(BUNDLED).record.recipe.seed
    other.number_input(key="train-epochs").set_value(50)
    button(other, "Train").run()
    running = training.queue().running
    assert running is not None
    while not running.trace.epochs and not running.is_over:
        time.sleep(0.1)
    assert not running.is_over, running.error
    app.run()
    assert not app.exception
    assert len(charts(app)) == 10 + 2
    assert "You are watching another visitor's run." in words(app)
    button(app, "Use this model").run()
    assert app.sidebar.selectbox(key="model").value == run.name
    app.switch_page("claims/claims.py").run()
    assert {metric.label: metric.value for metric in app.metric}["Accuracy, float16"] == percent_text(
        expected.target.accuracy.value
    )
    app.switch_page("train/train.py").run()
    app.sidebar.selectbox(key="model").select("Bundled pair").run()
    RunStore(own_store).delete(run.id)
    button(app, "Use this model").run()
    assert not app.exception
    assert "This run has since been deleted." in words(app)


@pytest.mark.tensorflow
def test_others_see_a_run_live_and_cannot_stop_it() -> None:
    owner, other = visit("train"), visit("train")
    owner.number_input(key="train-epochs").set_value(50)
    button(owner, "Train").run()
    other.run()
    assert "You are watching another visitor's run." in words(other)
    assert "Stop" not in labels(other)
    button(owner, "Stop").run()
    assert "The run was not finished.** Stopped\\." in words(owner)
    assert "The run was not finished" in words(other.run())


@pytest.mark.tensorflow
def test_who_stops_a_run_is_told_that_it_stops_and_never_that_it_is_anothers(monkeypatch: pytest.MonkeyPatch) -> None:
    app = visit("train")
    app.number_input(key="train-epochs").set_value(50)
    button(app, "Train").run()
    running = training.queue().running
    assert running is not None
    assert running.job is not None
    end, held = running.job.stop, threading.Event()

    def end_late() -> None:
        held.wait(PATIENCE_S)
        end()

    monkeypatch.setattr(running.job, "stop", end_late)
    monkeypatch.setattr(stopping, "_PATIENCE_S", 0.1)
    button(app, "Stop").run()
    assert progress(app) == ["Stopping your run …"]
    assert "another visitor" not in words(app)
    assert "Stopping …" in labels(app)
    held.set()
    assert running.wait(PATIENCE_S)
    assert "The run was not finished.** Stopped\\." in words(app.run())


@pytest.mark.tensorflow
def test_train_is_off_and_says_why_while_ones_own_run_is_on() -> None:
    app = visit("train")
    app.number_input(key="train-epochs").set_value(50)
    assert not train_button(app).disabled
    button(app, "Train").run()
    assert train_button(app).disabled
    assert "Your run is not over yet. Wait for it or stop it, then start the next one." in words(app)
    rerun_until_over(button(app, "Stop").run())
    assert not train_button(app).disabled


@pytest.mark.tensorflow
def test_progress_counts_seconds_until_training_begins_and_then_what_the_curves_show() -> None:
    app = visit("train")
    app.number_input(key="train-epochs").set_value(50)
    button(app, "Train").run()
    assert re.fullmatch(r"(Starting|Loading TensorFlow): \d+ s so far", progress(app)[0])
    assert "a few seconds" not in words(app)
    running = training.queue().running
    assert running is not None
    while len(running.trace.steps) < 5 and not running.is_over:
        time.sleep(0.05)
    assert not running.is_over, running.error
    app.run()
    said = re.match(r"Epoch \d+ of 50.*, (\d+) % trained", progress(app)[0])
    assert said is not None, progress(app)
    assert int(said[1]) <= round(100 * running.trained)
    assert running.trained == running.trace.steps[-1].epochs_done / 50


@pytest.mark.tensorflow
def test_the_other_pages_tell_how_ones_own_run_is_going() -> None:
    owner = visit("train")
    owner.number_input(key="train-epochs").set_value(50)
    button(owner, "Train").run()
    owner.switch_page("layers/layers.py").run()
    assert any("Your training run: " in caption.value for caption in owner.caption)
    running = training.queue().running
    assert running is not None
    training.queue().stop(running, *running.owners.names)
    owner.run()
    assert [toast.value for toast in owner.toast] == [
        "Your training run is over: stopped. The page *Train* shows the result."
    ]
    assert not owner.run().toast


def test_a_learning_rate_that_no_recipe_takes_is_a_sentence() -> None:
    app = visit("train")
    app.number_input(key="train-rate").set_value(50.0).run()
    assert not app.exception
    assert "learning_rate is 50" in errors(app)[0]


@pytest.mark.tensorflow
def test_a_second_wish_waits_and_can_be_withdrawn() -> None:
    owner, other = visit("train"), visit("train")
    owner.number_input(key="train-epochs").set_value(50)
    button(owner, "Train").run()
    button(other, "Train").run()
    assert "You are next; this is the run before yours." in words(other)
    button(other, "Withdraw").run()
    assert "Removed from the queue" in words(other)
    assert not training.queue().waiting


@pytest.mark.tensorflow
def test_a_full_queue_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALFBITS_TRAINING_QUEUE", "0")
    owner, other = visit("train"), visit("train")
    owner.number_input(key="train-epochs").set_value(50)
    button(owner, "Train").run()
    button(other, "Train").run()
    assert errors(other) == ["A training run is in progress. Watch it, and try again when it is over."]


@pytest.mark.tensorflow
def test_a_killed_run_says_what_happened_and_is_not_listed(own_store: Path) -> None:
    app = visit("train")
    button(app, "Train").run()
    running = training.queue().running
    assert running is not None
    assert running.job is not None
    running.job._child.kill()
    rerun_until_over(app)
    assert "The run was not finished." in words(app)
    assert "SIGKILL" in words(app)
    assert RunStore(own_store).runs() == ()
    assert list(own_store.iterdir()) == [] if own_store.exists() else True


def test_a_server_that_does_not_train_explains_how_to_do_it_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALFBITS_TRAINING", "off")
    app = visit("train")
    app.number_input(key="train-epochs").set_value(3).run()
    assert "This server does not train" in words(app)
    assert "Train" not in labels(app)
    assert app.code[0].value == "python -m fp16core train --epochs 3 --seed 1 --out my-run"


def test_without_tensorflow_the_page_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "has_tensorflow", lambda: False)
    app = visit("train")
    assert "Training needs TensorFlow, which is not installed here" in words(app)
    assert app.code[0].value.startswith("pip install -r requirements.txt\n")
    assert "Train" not in labels(app)


def test_a_wrong_setting_is_a_sentence_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALFBITS_TRAINING", "perhaps")
    app = visit("train")
    assert not app.exception
    assert errors(app) == ["HALFBITS_TRAINING is 'perhaps'; set it to on or off, or unset it."]


def test_recipes_are_in_the_address() -> None:
    app = AppTest.from_file(str(ROUTER), default_timeout=60)
    app.query_params["train-filters"] = "7"
    app.run()
    app.switch_page("train/train.py").run()
    assert app.number_input(key="train-filters").value == Recipe(filters=7).filters
