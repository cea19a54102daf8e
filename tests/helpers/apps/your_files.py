"""Driving the page *Your model* through Streamlit's own test driver."""

import gc
import time
import weakref

from streamlit.testing.v1 import AppTest

from fp16core.diagnosis.options import DiagnosisOptions
from fp16core.diagnosis.outcome import Diagnosis
from fp16core.tflite.model_file import ModelFile, ModelPair
from pages.shared.session.examination import Kept, Question
from pages.shared.session.files import OwnFiles
from tests.helpers.children.processes import PATIENCE_S
from tests.helpers.diagnoses.made import DIAGNOSIS
from tests.helpers.places import ROUTER, page_file

MODELS, DATASET = 0, 1


def upload(app: AppTest, place: int, *files: tuple[str, bytes]) -> AppTest:
    return app.file_uploader[place].set_value([(*file, "application/octet-stream") for file in files]).run()


KEPT = (
    *("own-files", "own-attempt", "own-error", "own-remarks", "own-diagnosis", "next-model", "next-dataset", "model"),
    *("test-images", "diagnosis-running", "diagnosis-kept", "diagnosis-error", "diagnosis-number"),
)
"""Parts of a visit's state that every page keeps."""


def turn_to(app: AppTest, page: str) -> AppTest:
    """Go to a page as a click does, through the router, which this test driver runs at the start of a visit only."""
    visit = AppTest.from_file(str(ROUTER), default_timeout=120)
    for key in KEPT:
        if key in app.session_state:
            visit.session_state[key] = app.session_state[key]
    visit.run()
    if page != "start":
        visit.switch_page(page_file(page)).run()
    assert not visit.exception
    return visit


def tried(app: AppTest, *files: tuple[str, bytes]) -> AppTest:
    """Upload models, press the button, and wait for the outcome."""
    upload(app, MODELS, *files)
    app.button(key="own-try").click().run()
    assert not app.exception
    if "own-attempt" in app.session_state:
        assert app.session_state["own-attempt"].ticket.wait(PATIENCE_S)
    return turn_to(app, "your_model")


def with_pair(pair: ModelPair) -> AppTest:
    """A visit of somebody whose pair was taken."""
    app = AppTest.from_file(str(ROUTER), default_timeout=120)
    mine = OwnFiles(pair)
    app.session_state["own-files"], app.session_state["next-model"] = mine, mine.pair_name
    return app.run()


def diagnosed(app: AppTest) -> AppTest:
    """Wait until a diagnosis in progress is over, and look at the page again."""
    assert not app.exception
    if "diagnosis-running" in app.session_state:
        assert app.session_state["diagnosis-running"].ticket.wait(PATIENCE_S)
    return turn_to(app, "your_model")


def with_diagnosis(diagnosis: Diagnosis = DIAGNOSIS, options: DiagnosisOptions | None = None) -> AppTest:
    """The page of somebody whose model was diagnosed."""
    app = AppTest.from_file(str(ROUTER), default_timeout=120)
    question = Question(ModelFile(b"model", diagnosis.name), options or DiagnosisOptions(), None)
    app.session_state["diagnosis-kept"], app.session_state["diagnosis-number"] = Kept(question, diagnosis, 1), 1
    app.run().switch_page(page_file("your_model")).run()
    assert not app.exception
    return app


def held(app: AppTest) -> dict[str, str]:
    tables = [table.value for table in app.table if "size" in table.value]
    if not tables:
        return {}
    (table,) = tables
    return dict(zip(table["what"].str.replace("\\", ""), table["size"], strict=True))


def is_freed(watched: "weakref.ref[ModelPair] | weakref.ref[Diagnosis]") -> bool:
    """True if a pair or a diagnosis is gone, once the threads are that have ended the process that measured it."""
    until = time.monotonic() + PATIENCE_S
    while watched() is not None and time.monotonic() < until:
        time.sleep(0.1)
        gc.collect()
    return watched() is None
