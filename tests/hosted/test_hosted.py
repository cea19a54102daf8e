"""A server among strangers: what it hides, and what it lets visitors ask for. At home nothing is hidden."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from fp16core import settings
from fp16core.jobs.job import Job
from fp16core.reading.rule_check import RuleCheck
from fp16core.runs.pair import BUNDLED
from fp16core.runs.record import file_record
from fp16core.singleton import reset_singletons
from fp16core.tflite.model_file import ModelPair
from fp16core.vocabulary import SettingError
from fp16core.worker.training.settings import training_settings
from pages.shared.server import rate_limits, upload_limits
from pages.shared.session import trials
from tests.helpers.apps.driving import visit
from tests.helpers.apps.measured_once import what_never_changes_is_measured_once as what_never_changes_is_measured_once
from tests.helpers.apps.visits import forget, only
from tests.helpers.apps.your_files import DATASET, MODELS, upload
from tests.helpers.children.processes import PATIENCE_S, own_module
from tests.helpers.files.made import digit_file, packed
from tests.helpers.files.stores import add_full_run
from tests.helpers.places import ROOT, page_file

pytestmark = pytest.mark.usefixtures("cold_caches")


@pytest.fixture
def hosted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("HALFBITS_HOSTED", "1")
    yield
    st.set_option("client.showErrorDetails", "full")


def everything(app: AppTest) -> str:
    """All that went to the browser, as text: elements with their properties, the sidebar's too."""
    return "\n".join(
        [str(element.proto) for block in (app.main, app.sidebar) for element in block if hasattr(element, "proto")]
    )


@pytest.mark.parametrize(("text", "expected"), [("1", True), (" On", True), ("true", True), ("0", False), ("", False)])
def test_one_variable_says_it(text: str, expected: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALFBITS_HOSTED", text)
    assert settings.is_hosted() is expected
    assert training_settings().is_on is not expected, "strangers do not train"
    monkeypatch.setenv("HALFBITS_TRAINING", "on")
    assert training_settings().is_on, "unless they may"


def test_what_is_neither_on_nor_off_is_an_error_on_every_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALFBITS_HOSTED", "maybe")
    with pytest.raises(SettingError, match="HALFBITS_HOSTED is 'maybe'; set it to on or off, or unset it"):
        settings.is_hosted()
    for app in (visit(), visit("bits")):
        assert "HALFBITS_HOSTED is 'maybe'" in app.error[0].value
        assert not app.title


def broken(*_: Any) -> None:
    raise RuntimeError(f"secret of {ROOT}/x")


@pytest.mark.usefixtures("hosted")
def test_a_bug_tells_strangers_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither its kind, nor its words, nor where it is."""
    monkeypatch.setattr("pages.shared.session.state.results", broken)
    st.set_option("client.showErrorDetails", "full")
    (exception,) = visit("digits").exception
    assert "RuntimeError" not in str(exception.proto)
    assert "secret" not in str(exception.proto)
    assert str(ROOT) not in str(exception.proto)
    assert not exception.proto.stack_trace


def test_a_bug_is_shown_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.shared.session.state.results", broken)
    (exception,) = visit("digits").exception
    assert "secret" in exception.message
    assert any("state.results" in line or "broken" in line for line in exception.stack_trace)


def test_a_string_that_documents_code_is_not_shown() -> None:
    """By the configuration, which a process of its own reads; Streamlit would show it as text of the page."""
    program = "import streamlit as st; print(st.get_option('runner.magicEnabled'))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_what_fails_before_our_code_runs_tells_nothing_either() -> None:
    """By the configuration alone, which a process of its own reads."""
    options = "client.showErrorDetails", "client.showErrorLinks"
    program = f"import streamlit as st; print([st.get_option(option) for option in {options}])"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['none', False]"


@pytest.mark.usefixtures("hosted")
def test_a_worker_that_dies_tells_the_log_and_no_stranger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    module = own_module(tmp_path, monkeypatch, "raise RuntimeError('secret')")
    job = Job(module, {})
    job.wait(PATIENCE_S)
    assert job.error == "The process ended with status 1; the server's log has the reason."
    assert "RuntimeError: secret" in caplog.text
    monkeypatch.delenv("HALFBITS_HOSTED")
    job = Job(module, {})
    job.wait(PATIENCE_S)
    assert job.error == "The process ended with status 1: RuntimeError: secret"


def altered_pair(tmp_path: Path) -> dict[str, str]:
    folder = tmp_path / "a pair of mine"
    folder.mkdir()
    for file in BUNDLED.iterdir():
        (folder / file.name).write_bytes(file.read_bytes() + (b"x" if file.suffix == ".tflite" else b""))
    return {"HALFBITS_PAIR": str(folder)}


def no_dataset(tmp_path: Path) -> dict[str, str]:
    return {"HALFBITS_MNIST": str(tmp_path / "my data" / "none.npz")}


def no_store(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "no folder").write_text("a file")
    return {"HALFBITS_RUNS": str(tmp_path / "no folder")}


def strange_log(tmp_path: Path) -> dict[str, str]:
    folder = add_full_run(tmp_path / "store", "one")
    log = folder / "train.log"
    log.write_text(f"Saved artifact at '{tmp_path}/made/there'.\n")
    record = json.loads((folder / "run.json").read_text())
    record["files"]["train.log"] = file_record(log.read_bytes())
    (folder / "run.json").write_text(json.dumps(record))
    return {"HALFBITS_RUNS": str(tmp_path / "store")}


@pytest.mark.parametrize(
    ("make", "page", "name"),
    [
        (altered_pair, "start", "mnist_model"),
        (no_dataset, "start", "none.npz"),
        (no_store, "train", "no folder"),
        (strange_log, "train", "there"),
    ],
)
@pytest.mark.usefixtures("hosted")
def test_no_sentence_says_where_files_lie_on_the_server_but_at_home(
    make: Any, page: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable, value in make(tmp_path).items():
        monkeypatch.setenv(variable, value)

    def told() -> str:
        forget()
        app = visit(page)
        if make is strange_log:
            app.segmented_control(key="run-file").set_value("train.log").run()
        assert not app.exception
        return everything(app).replace("\\", "")

    among_strangers = told()
    assert name in among_strangers
    assert str(tmp_path) not in among_strangers
    monkeypatch.delenv("HALFBITS_HOSTED")
    assert str(tmp_path) in told()


@pytest.mark.usefixtures("hosted")
def test_no_page_says_where_the_server_lies() -> None:
    for page in ("start", "size", "train", "your_model"):
        text = everything(visit(page))
        assert str(ROOT) not in text, page
        assert sys.prefix not in text, page


@pytest.mark.usefixtures("hosted")
def test_too_many_trials_must_wait_and_lose_nothing(pair: ModelPair, monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, "trial", 1)
    rate_limits.allow("trial")
    app = upload(visit("your_model"), MODELS, ("mine.tflite", pair.reference.contents))
    app.button(key="own-try").click().run()
    assert "Rate limit for trials of model files reached for your address" in app.error[0].value.replace("\\", "")
    assert "for your address; try again in " in app.error[0].value
    assert app.file_uploader[MODELS].value, "the file waits in the uploader"
    assert "own-attempt" not in app.session_state
    monkeypatch.delenv("HALFBITS_HOSTED")
    app.button(key="own-try").click().run()
    assert app.session_state["own-attempt"].ticket.wait(PATIENCE_S), "at home nobody is held up"


@pytest.mark.tensorflow
@pytest.mark.usefixtures("hosted")
def test_a_server_of_little_memory_does_not_try_a_keras_file() -> None:
    app = upload(visit("your_model"), MODELS, ("mine.keras", (BUNDLED / "mnist_model.keras").read_bytes()))
    app.button(key="own-try").click().run()
    assert "this server has too little memory; convert it to .tflite" in app.error[0].value.replace("\\", "")
    assert "own-attempt" not in app.session_state


@pytest.mark.usefixtures("hosted")
def test_pictures_beyond_the_rate_wait_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, "picture", 2)
    monkeypatch.setattr("pages.digits.pictures.check_rule", lambda *_: RuleCheck(1, 1, 1, 1, 1))
    app = visit("digits")
    app.segmented_control(key="source").set_value("Upload").run()
    assert "At most 20 files" in "\n".join(caption.value for caption in app.caption)
    app.file_uploader[0].set_value([(f"{n}.png", digit_file(), "image/png") for n in range(22)]).run()
    gallery = app.session_state["gallery"]
    assert (len(gallery.pictures), gallery.waiting) == (2, 18)
    assert gallery.refusals == ["2 files not read, more than 20 came at once: 20.png, 21.png."]
    assert any("Rate limit for pictures reached for your address" in error.value for error in app.error)
    reset_singletons()
    app.button(key="go-on").click().run()
    assert (len(gallery.pictures), gallery.waiting) == (4, 16)
    assert not app.exception


@pytest.mark.usefixtures("hosted")
def test_the_lab_measures_anew_only_at_its_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    forget()
    only(monkeypatch, "lab", 1)
    rate_limits.allow("lab")
    app = visit("limits")
    assert not app.exception
    assert "new settings of the numerics lab" in app.error[0].value


STRANGE = ("9" * 5_000, "-1", "1e999", "nan", "²", "", "x" * 20_000, "[]", "\x00", "true", "٣")
"""Text that no link contains."""


@pytest.mark.parametrize(
    ("page", "keys"),
    [
        ("digits", ("image", "sheet", "show", "true", "predicted", "model", "source", "drawing", "enlarge", "without")),
        ("bits", ("bits_of", "bits_number", "bits_index", "bits_tensor", "log")),
        ("train", ("train-epochs", "train-rate", "train-optimizer", "train-seed")),
        ("train", ("run", "compare")),
    ],
)
def test_any_address_opens_a_page(page: str, keys: tuple[str, ...]) -> None:
    for value in STRANGE:
        app = visit().switch_page(page_file(page))
        for key in keys:
            app.query_params[key] = value
        app.run()
        assert not app.exception, value[:20]
        assert app.title


@pytest.mark.usefixtures("hosted")
def test_a_data_set_is_unpacked_only_where_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of a few hundred kB may hold 15.7 MB of test images."""
    monkeypatch.setattr(upload_limits, "upload_bytes", lambda: 20_000_000)
    monkeypatch.setattr(trials, "read_custom_dataset", broken)
    contents = packed(x_test=np.zeros((20_000, 28, 28), np.uint8), y_test=np.zeros(20_000, np.uint8))
    assert len(contents) < 200_000
    app = upload(visit("your_model"), DATASET, ("zeros.npz", contents))
    assert not app.exception
    assert "files from your network address, and takes 10 MB from each" in app.error[0].value.replace("\\", "")


@pytest.mark.usefixtures("hosted")
def test_data_sets_count_as_trials(monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, "trial", 1)
    rate_limits.allow("trial")
    monkeypatch.setattr(trials, "read_custom_dataset", broken)
    app = upload(visit("your_model"), DATASET, ("any.npz", b"any"))
    assert not app.exception
    assert "Rate limit for trials of model files reached for your address" in app.error[0].value.replace("\\", "")
