"""The kept runs on the page *Train* in Streamlit's own test driver: listed, compared, renamed, pinned, deleted."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from fp16core.evaluate.comparison import Comparison
from fp16core.evaluate.run_results import bundled_logit_delta, bundled_result
from fp16core.runs.pair import BUNDLED
from fp16core.runs.store import RunStore
from fp16core.text import size_text
from pages.shared.ui.inert import inert
from tests.helpers.apps.driving import charts, errors, visit, words
from tests.helpers.files.stores import add_full_run, add_run
from tests.helpers.places import ROUTER


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cold_caches: None) -> RunStore:  # noqa: ARG001 - it must come first
    monkeypatch.setenv("HALFBITS_RUNS", str(tmp_path / "runs"))
    return RunStore()


@pytest.fixture
def three(store: RunStore) -> RunStore:
    """Of both formats; the newest first: fair, best, oldest."""
    add_run(store.folder, "oldest", "2026-11-01T10:00:00+00:00", changed_predictions=9, target_accuracy=0.9606)
    add_full_run(
        store.folder,
        "best",
        "2026-11-02T10:00:00+00:00",
        name="Best",
        recipe={"epochs": 3, "seed": 0, "batch_size": 32},
        changed_predictions=0,
        target_accuracy=0.9611,
        max_abs_logit_delta=0.00125,
        seconds={"training": 61.2},
    )
    add_full_run(store.folder, "fair", "2026-11-03T10:00:00+00:00", name="Fair", changed_predictions=2)
    return store


def page(**query: Any) -> AppTest:
    app = AppTest.from_file(str(ROUTER), default_timeout=60).run().switch_page("train/train.py")
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
    return app


def press(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click().run()
    assert not app.exception
    return app


def rename(app: AppTest, name: str) -> AppTest:
    app.text_input[0].set_value(name)
    next(button for button in app.button if button.label == "Rename").click().run()
    assert not app.exception
    return app


def table(app: AppTest, number: int) -> dict[str, list[str]]:
    return {str(name): list(values) for name, values in app.dataframe[number].value.items()}


def test_an_empty_store_says_so_and_shows_the_bundled_pair() -> None:
    app = page()
    assert "No runs yet" in words(app)
    assert not app.dataframe
    assert "In the tutorial's bundled pair, after 1 epoch, float16 changed **1 of 10,000** answers" in words(app)


def test_all_runs_are_listed_newest_first_and_the_best_one_is_named(three: RunStore) -> None:
    three.set_pinned("best", True)
    app = page()
    shown = table(app, 0)
    assert shown["name"] == ["Fair", "Best", "oldest"]
    assert shown["pinned"] == ["", "yes", ""]
    assert shown["ended (UTC)"] == [f"2026-11-0{day} 10:00" for day in (3, 2, 1)]
    assert shown["recipe"] == ["1 epoch, seed 0", "3 epochs, seed 0", "1 epoch, seed 0"]
    assert shown["float16"] == ["96.10 %", "96.11 %", "96.06 %"]
    assert shown["float16 − float32"] == ["−0.01 points", "0.00 points", "−0.05 points"]
    assert shown["changed answers"] == [f"{changed} of 10,000" for changed in (2, 0, 9)]
    assert shown["on disk"] == [size_text(run.size_bytes) for run in three.runs()]
    assert "**Best** changed least: float16 changed **0 of 10,000** answers" in words(app)


def test_runs_that_changed_equally_little_are_all_named(store: RunStore) -> None:
    add_run(store.folder, "only")
    assert "In the one run kept here, float16 changed **1 of 10,000** answers" in words(page())
    for number in range(4):
        add_run(store.folder, f"same{number}")
    found = words(page())
    assert "**same3**, **same2**, **same1** and 2 more changed equally little: float16 changed **0.01 %**" in found


@pytest.mark.usefixtures("three")
def test_at_first_the_newest_runs_are_compared_with_the_bundled_pair() -> None:
    app = page()
    assert app.multiselect(key="compare").value == ["Bundled pair", "Fair", "Best"]
    assert table(app, 1) == {" ": ["epochs"], "Bundled pair": ["1"], "Fair": ["1"], "Best": ["3"]}
    assert "The same in all: seed 0, batch size 32" in words(app)
    outcomes = table(app, 2)
    rows = dict(
        zip(
            outcomes[" "], zip(*(outcomes[name] for name in ("Bundled pair", "Fair", "Best")), strict=True), strict=True
        )
    )
    assert rows["changed answers"] == ("1 of 10,000", "2 of 10,000", "0 of 10,000")
    assert rows["largest logit change"] == ("2.52 × 10⁻³", "not recorded", "1.25 × 10⁻³"), "the first one is measured"
    assert rows["took"] == ("not recorded", "not recorded", "1 min 2 s")
    assert len(charts(app)) == 2


@pytest.mark.usefixtures("three")
def test_what_is_compared_is_in_the_address() -> None:
    app = page(compare=["oldest", "Bundled pair"], run="Best")
    assert app.multiselect(key="compare").value == ["oldest", "Bundled pair"]
    assert app.selectbox(key="run").value == "Best"
    assert "**Their recipes are the same**: 1 epoch, seed 0" in words(app)
    app.multiselect(key="compare").set_value(["oldest"]).run()
    assert "Choose two or more" in words(app)
    assert not charts(app)


@pytest.mark.usefixtures("three")
def test_runs_that_are_no_longer_there_are_left_out_of_a_link() -> None:
    app = page(compare=["Gone", "Best", "Fair"], run="Gone")
    assert {*app.multiselect(key="compare").value} <= {"Best", "Fair", "Bundled pair"}
    assert app.selectbox(key="run").value == "Fair"


def test_runs_on_other_test_images_are_not_compared_without_a_word(three: RunStore) -> None:
    add_run(
        three.folder, "other", "2026-11-04T10:00:00+00:00", dataset={"name": "fashion.npz", "test_sha256": "ab" * 32}
    )
    app = page()
    assert "They were tested on different images" in words(app)
    assert table(app, 1) == {
        " ": ["test images"],
        "Bundled pair": ["MNIST"],
        "other": ["fashion.npz"],
        "Fair": ["MNIST"],
    }


def test_a_run_is_renamed_and_stays_chosen(three: RunStore) -> None:
    app = page(run="Best")
    rename(app, " Very  best ")
    assert three.run("best").name == "Very best"
    assert app.selectbox(key="run").value == "Very best"
    assert app.multiselect(key="compare").value == ["Bundled pair", "Fair", "Very best"]
    assert table(app, 0)["name"] == ["Fair", "Very best", "oldest"]


def test_a_name_that_is_taken_or_empty_is_a_sentence(three: RunStore) -> None:
    app = page(run="Best")
    rename(app, "fair")
    assert app.error[0].value == "Another run is called “fair”; choose another name\\."
    rename(app, " ")
    assert "A name has 1 to 60 characters" in app.error[0].value
    assert three.run("best").name == "Best"
    app.run()
    assert not app.error


def test_a_run_is_pinned_and_unpinned(three: RunStore) -> None:
    app = press(page(run="oldest"), "run-pin")
    assert three.run("oldest").pinned
    assert app.button(key="run-pin").label == "Unpin"
    press(app, "run-pin")
    assert not three.run("oldest").pinned


def test_a_run_is_deleted_after_a_second_press_and_the_rest_stays(three: RunStore) -> None:
    app = page(run="Best")
    assert "**Best** will be gone from this server, for everyone\\." in words(app).replace("everyone.", "everyone\\.")
    press(app, "run-gone")
    assert [run.id for run in three.runs()] == ["fair", "oldest"]
    assert app.selectbox(key="run").value == "Fair"
    assert app.multiselect(key="compare").value == ["Bundled pair", "Fair"]
    for _ in range(2):
        press(app, "run-gone")
    assert "No runs yet" in words(app)


def test_a_run_that_another_visitor_deleted_meanwhile_is_a_sentence(three: RunStore) -> None:
    app = page(run="Best")
    three.delete("best")
    press(app, "run-pin")
    assert "may have been deleted" in app.error[0].value
    assert app.selectbox(key="run").value == "Fair"
    for id in ("fair", "oldest"):
        three.delete(id)
    press(app, "run-gone")
    assert "may have been deleted" in app.error[0].value
    assert "No runs yet" in words(app)


@pytest.mark.usefixtures("three")
def test_a_run_is_used_by_all_pages_follows_its_name_and_gives_way_when_it_is_deleted() -> None:
    app = press(page(run="Best"), "run-use")
    assert app.sidebar.selectbox(key="model").value == "Best"
    assert app.button(key="run-use").label == "In use"
    rename(app, "Mine")
    assert app.sidebar.selectbox(key="model").value == "Mine"
    assert not app.sidebar.warning
    press(app, "run-gone")
    assert app.sidebar.selectbox(key="model").value == "Bundled pair"


def test_log_and_record_are_shown_as_they_were_written(three: RunStore) -> None:
    app = page(run="Best")
    control = next(c for c in app.segmented_control if c.key == "run-file")
    assert control.options == ["train.log", "run.json"]
    control.set_value("train.log").run()
    assert app.code[-1].value == "epoch 1 of 1\nbest is done"
    control = next(c for c in app.segmented_control if c.key == "run-file")
    control.set_value("run.json").run()
    assert json.loads(app.code[-1].value) == three.run("best").record
    app.selectbox(key="run").select("oldest").run()
    assert not app.exception
    assert json.loads(app.code[-1].value) == three.run("oldest").record


def test_what_is_no_whole_run_is_named_with_its_reason(three: RunStore) -> None:
    (three.folder / "best" / "mnist_model.tflite").write_bytes(b"TFL3")
    (three.folder / "My *notes*").mkdir()
    app = page()
    assert table(app, 0)["name"] == ["Fair", "oldest"]
    found = words(app)
    assert "2 folders in the store cannot be used" in found
    assert r"- best: mnist\_model\.tflite was altered or cut off" in found
    assert r"- My \*notes\*: it holds no run\.json" in found


def test_names_are_shown_as_text(store: RunStore) -> None:
    name = ":red[x] $y$ <b>z</b> [l](http://e)"
    add_full_run(store.folder, "a", name=name)
    app = page()
    assert table(app, 0)["name"] == [name]
    found = words(app)
    assert name not in found
    assert f"**{inert(name)}**" in found


@pytest.mark.usefixtures("three")
def test_a_server_that_does_not_train_shows_its_runs_and_leaves_them_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALFBITS_TRAINING", "off")
    app = page()
    keys = {button.key for button in app.button}
    assert "run-use" in keys
    assert not {"run-pin", "run-gone"} & keys
    assert not app.text_input
    assert "This server does not train, and its runs cannot be renamed, pinned or deleted" in words(app)
    assert len(app.get("download_button")) >= 1


def test_pinned_runs_beyond_the_limit_are_a_warning(three: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALFBITS_RUNS_MAX", "1")
    assert not page().warning
    three.set_pinned("oldest", True)
    assert "unpin or delete some" in page().warning[0].value


@pytest.mark.usefixtures("three")
def test_a_store_with_wrong_settings_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALFBITS_RUNS_MAX", "many")
    app = visit("train")
    assert "HALFBITS_RUNS_MAX is 'many'" in errors(app)[0]
    assert not app.exception


def test_a_store_of_what_training_wrote_before_there_were_stores_can_be_shown(store: RunStore) -> None:
    """Such a folder was copied in by hand, with nothing but what format 1 has."""
    shutil.copytree(BUNDLED, store.folder / "by hand")
    app = page()
    assert table(app, 0)["name"] == ["by hand"]
    assert app.multiselect(key="compare").value == ["Bundled pair", "by hand"]


def test_the_list_and_a_finished_run_say_the_same_of_the_bundled_pair(comparison: Comparison) -> None:
    """Its largest logit change, which its record does not hold, is measured on the same images for both."""
    assert bundled_logit_delta() == comparison.max_abs_logit_delta
    assert bundled_result(bundled_logit_delta()).changed.successes == comparison.changed_predictions
