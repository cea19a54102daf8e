"""The page *Your model* through Streamlit's own test driver, and every page with what came by it."""

import weakref
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from fp16core.convert.quantizer import quantize_tflite
from fp16core.evaluate.comparison import compare
from fp16core.jobs.queue import JobQueue
from fp16core.jobs.spec import JobSpec
from fp16core.jobs.ticket import Ticket
from fp16core.runs.pair import BUNDLED
from fp16core.text import percent_text, size_text, small_text
from fp16core.tflite.model_file import ModelPair
from fp16core.worker.training.settings import has_tensorflow
from fp16core.worker.trial import trial
from fp16core.worker.trial.rehearsal import REHEARSALS
from pages.shared.frame.page_list import OWN, START, TOUR
from pages.shared.session import trials
from pages.shared.ui import unshowable
from tests.helpers.apps.driving import component, errors, visit, words
from tests.helpers.apps.your_files import DATASET, MODELS, held, is_freed, tried, turn_to, upload, with_pair
from tests.helpers.children.processes import own_module, until_begun, without_tensorflow
from tests.helpers.files.made import packed
from tests.helpers.networks.strangers import stranger
from tests.helpers.places import PAGES, TestSet, page_file

pytestmark = pytest.mark.usefixtures("cold_caches")


def sidebar(app: AppTest) -> str:
    """Texts and choices in the sidebar."""
    app = turn_to(app, "start")
    boxes = [box.value for box in app.sidebar.selectbox]
    return "\n".join([block.value for block in (*app.sidebar.markdown, *app.sidebar.caption)] + boxes)


def test_a_float32_file_becomes_the_active_pair_with_its_own_numbers(pair: ModelPair, test_set: TestSet) -> None:
    app = tried(visit("your_model"), ("mine.tflite", pair.reference.contents))
    expected = compare(ModelPair("", pair.reference, quantize_tflite(pair.reference)), *test_set)
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["File size, float16"] == f"{expected.target.size_bytes:,} B"
    assert shown["Accuracy, float16"] == percent_text(expected.target.accuracy.value)
    assert shown["Changed answers"] == str(expected.changed_predictions)
    assert shown["Largest logit change"] == small_text(expected.max_abs_logit_delta)
    assert held(app)["float32 model"] == size_text(pair.reference.size_bytes)
    assert held(app)["all together"] == size_text(pair.reference.size_bytes + expected.target.size_bytes)
    assert "mine.tflite (yours)" in (said := sidebar(app))
    assert "visible to you alone" in said
    elsewhere = {metric.label: metric.value for metric in turn_to(app, "claims").metric}
    assert elsewhere["Largest logit change"] == shown["Largest logit change"]
    assert "Bundled pair" in sidebar(visit()), "another visit sees what it saw before"
    assert "mine.tflite" not in sidebar(visit())


def test_forgetting_goes_back_to_the_bundled_pair_and_holds_nothing(pair: ModelPair) -> None:
    app = tried(visit("your_model"), ("mine.tflite", pair.reference.contents))
    app.button(key="own-back").click().run()
    app = turn_to(app, "your_model")
    assert "You are looking at another pair" in words(app)
    app.button(key="own-show").click().run()
    app = turn_to(app, "your_model")
    assert "File size, float16" in [metric.label for metric in app.metric]
    assert "The answer for mine" in app.header[0].value
    app.button(key="own-forget").click().run()
    assert not app.exception
    assert "Nothing." in words(app)
    assert held(app) == {}
    assert not app.header
    assert "Bundled pair" in sidebar(app)


def test_what_is_forgotten_is_gone_from_memory(pair: ModelPair) -> None:
    """The models, and all that pages have kept of them."""
    app = turn_to(tried(visit("your_model"), ("mine.tflite", pair.reference.contents)), "start")
    app.switch_page("layers/layers.py").run()
    app.switch_page("your_model/your_model.py").run()
    watched = weakref.ref(app.session_state["own-files"].pair)
    app.button(key="own-forget").click().run()
    assert is_freed(watched)


def test_two_files_are_a_pair_in_any_order(pair: ModelPair) -> None:
    app = tried(visit("your_model"), ("half.tflite", pair.target.contents), ("full.tflite", pair.reference.contents))
    assert "The files were given in the other order: full" in words(app).replace("\\", "")
    assert held(app)["float16 model"] == size_text(pair.target.size_bytes)
    assert "full.tflite and half.tflite (yours)" in sidebar(app)


def test_files_of_the_same_name_are_told_apart(pair: ModelPair) -> None:
    app = tried(visit("your_model"), ("model.tflite", pair.reference.contents), ("model.tflite", pair.target.contents))
    assert "model.tflite and second model.tflite (yours)" in sidebar(app)


@pytest.mark.tensorflow
def test_a_keras_file_is_converted_by_tensorflow() -> None:
    app = tried(visit("your_model"), ("mine.keras", (BUNDLED / "mnist_model.keras").read_bytes()))
    assert {m.label: m.value for m in app.metric}["Changed answers"] == "1"
    assert "mine.keras (yours)" in sidebar(app)
    app = turn_to(app, "size")
    app.segmented_control(key="size-view").set_value("Converter and quantizer").run()
    assert not app.exception
    assert "by TensorFlow's converter" in words(app)


def test_without_tensorflow_the_page_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.your_model.uploaders.has_tensorflow", lambda: False)
    app = visit("your_model")
    assert app.file_uploader[MODELS].proto.type == [".tflite", ".npz"]
    assert "needs TensorFlow, which this server does not have" in words(app)
    assert "pip install -r requirements.txt" in words(app)


@pytest.mark.tensorflow
def test_what_cannot_be_used_is_a_sentence_and_changes_nothing(pair: ModelPair) -> None:
    app = visit("your_model")
    for files, sentence in (
        ([("*notes*.tflite", b"hello")], "*notes*.tflite is not a LiteRT model"),
        ([("half.tflite", pair.target.contents)], "holds float16 weights already"),
        ([("code.keras", b"PK")], "cannot be read as a"),
        ([("a.keras", b""), ("b.tflite", b"")], "upload it alone"),
        ([(f"{name}.tflite", b"") for name in "abc"], "3 files were uploaded"),
    ):
        app = tried(app, *files)
        (error,) = app.error
        assert sentence in error.value.replace("\\", "")
        assert held(app) == {}
        assert "Bundled pair" in sidebar(app)
        app = turn_to(app, "your_model")
    app = tried(app, ("fine.tflite", pair.reference.contents))
    assert not app.error
    assert "fine.tflite (yours)" in sidebar(app)


def test_a_file_that_crashes_its_trial_costs_a_sentence(
    pair: ModelPair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = own_module(tmp_path, monkeypatch, "os.kill(os.getpid(), signal.SIGSEGV)")
    monkeypatch.setattr(trial, "MODULE", module)
    app = tried(visit("your_model"), ("crash.tflite", pair.reference.contents))
    said = app.error[0].value.replace("\\", "")
    assert said.startswith("crash.tflite ended the process that tried it, and nothing else. The process crashed")
    assert held(app) == {}


def test_a_file_that_needs_too_much_memory_is_named_with_a_way_out(
    pair: ModelPair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "MODULE", own_module(tmp_path, monkeypatch, "raise MemoryError"))
    app = tried(visit("your_model"), ("large.tflite", pair.reference.contents))
    said = app.error[0].value.replace("\\", "")
    assert said.startswith("large.tflite ended the process that tried it, and nothing else. Ended: it needed more than")
    assert "`python -m fp16core diagnose FILE` has none" in words(app)


def test_a_trial_can_be_stopped(pair: ModelPair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "MODULE", own_module(tmp_path, monkeypatch, "time.sleep(600)"))
    app = upload(visit("your_model"), MODELS, ("mine.tflite", pair.reference.contents))
    app.button(key="own-try").click().run()
    assert held(app)["mine.tflite, on trial"] == size_text(pair.reference.size_bytes)
    until_begun(app.session_state["own-attempt"].ticket)
    assert app.session_state["own-attempt"].ticket.job.is_running
    app.button(key="own-stop").click().run()
    assert not app.exception
    assert not app.error, "it was the visitor's own wish"
    assert "Stopped." in [caption.value for caption in app.caption]
    assert held(app) == {}


def test_others_wait_and_are_told_so(pair: ModelPair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    queue: JobQueue[Ticket] = JobQueue(places=1, max_waiting=3, full_text=trials.full_text)
    monkeypatch.setattr(trials, "queue", lambda: queue)
    module = own_module(tmp_path, monkeypatch, "time.sleep(600)")
    before = [queue.submit(JobSpec(module, {})) for _ in range(3)]
    app = upload(visit("your_model"), MODELS, ("mine.tflite", pair.reference.contents))
    app.button(key="own-try").click().run()
    attempt = app.session_state["own-attempt"]
    assert attempt.ticket.job is None
    app.button(key="own-stop").click().run()
    assert attempt.ticket.is_over
    app = upload(visit("your_model"), MODELS, ("mine.tflite", pair.reference.contents))
    late = queue.submit(JobSpec(module, {}))
    app.button(key="own-try").click().run()
    assert "3 visitors already wait for their files to be tried" in app.error[0].value.replace("\\", "")
    for ticket in (late, *reversed(before)):
        ticket.stop()


def test_a_data_set_replaces_the_test_images_for_this_visit(test_set: TestSet) -> None:
    images, labels = test_set[0][100:400], test_set[1][100:400].astype(np.int64)
    app = visit("your_model")
    contents = packed(x_test=images, y_test=labels)
    upload(app, DATASET, ("fashion.npz", contents))
    assert not app.exception
    assert not app.error
    assert "300 test images; no training images, so it can only be used for evaluation" in words(app)
    assert held(app)["data set fashion.npz"] == size_text(len(contents))
    assert held(app)["its test images, unpacked"] == size_text(300 * 785)
    app = turn_to(app, "claims")
    remarks = {m.label: m.delta for m in app.metric}
    assert remarks["Changed answers"] == "of your 300 images"
    assert remarks["Accuracy, float16"].startswith("of your 300 images; ")
    assert {m.label: m.delta for m in visit("claims").metric}["Changed answers"] == "of 10,000 test images"
    app = turn_to(app, "your_model")
    app.button(key="own-forget-data").click().run()
    app = turn_to(app, "claims")
    assert {m.label: m.delta for m in app.metric}["Changed answers"] == "of 10,000 test images"


def test_a_data_set_that_is_none_is_a_sentence(test_set: TestSet) -> None:
    app = upload(visit("your_model"), DATASET, ("mine.npz", packed(x_test=test_set[0][:3] / 255, y_test=[1, 2, 3])))
    assert not app.exception
    assert "has dtype float64; expected uint8, grey levels from 0 to 255" in app.error[0].value.replace("\\", "")
    assert held(app) == {}


OTHER_VIEWS = {"answers": "What could have happened at most", "limits": "Larger and smaller weights"}
"""Views of pages that show what their first one does not need."""


@pytest.mark.parametrize(
    "name", ["dense only", "two convolutions", "softmax", "depthwise", "batch of 7", "odd constants", "recurrent"]
)
def test_every_page_opens_on_a_strangers_pair_or_says_what_the_trial_foretold(
    name: str, small_dataset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HALFBITS_MNIST", str(small_dataset))
    theirs = stranger(name)
    found = trial.try_files(theirs.pair.files, lambda _what, _done: None)
    foretold = unshowable.pages_without(found["failed"])
    names = {page.folder: page.name for page in (START, *TOUR, *OWN)}
    app = with_pair(theirs.pair)
    for page in PAGES:
        app.switch_page(page_file(page)).run()
        assert not app.exception, page
        assert len(app.title) == 1
        shown = errors(app)
        if page in OTHER_VIEWS:
            app.segmented_control(key=f"{page}-view").set_value(OTHER_VIEWS[page]).run()
            assert not app.exception, page
            shown += errors(app)
        expected = {remark.split(": ", 1)[1] for remark in foretold if names[page] in remark.split(": ")[0]}
        assert {*shown} == expected, page
        assert " nan" not in words(app), page
    for view in ("Graph", "Converter and quantizer"):
        app.switch_page("size/size.py").run()
        app.segmented_control(key="size-view").set_value(view).run()
        assert not app.exception, view
        assert not app.error, view


def test_each_measurement_of_a_trial_is_shown_on_a_page_of_the_navigation() -> None:
    assert unshowable.SHOWN_ON.keys() == REHEARSALS.keys()
    assert {*unshowable.SHOWN_ON.values()} <= {page.name for page in TOUR}


def test_pages_that_cannot_show_a_pair_for_one_reason_share_a_sentence() -> None:
    failed = {"graphs": "too odd.", "propagation": "too odd.", "bounds": "no chain.", "formats": "f", "overflow": "f"}
    assert unshowable.pages_without(failed) == (
        "Cannot be shown on Size and speed and Layers: too odd.",
        "Cannot be shown on Answers: no chain.",
        "Cannot be shown on Limits: f",
    )


def test_a_softmax_is_said_and_its_probabilities_are_not_squashed_again(
    small_dataset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HALFBITS_MNIST", str(small_dataset))
    theirs = stranger("softmax")
    app = with_pair(theirs.pair)
    assert "look like probabilities, not logits" in words(app)
    app.switch_page("digits/digits.py").run()
    assert "look like probabilities, not logits" in words(app)
    index = int(app.number_input(key="image").value or 0)
    assert component(app, "answer_card")["probabilities"][0] == pytest.approx(theirs.answers[index].tolist(), abs=1e-6)


def test_the_page_works_though_the_servers_own_pair_is_broken(
    pair: ModelPair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HALFBITS_PAIR", str(tmp_path))
    app = visit("your_model")
    assert not app.exception
    assert not app.error
    app = tried(app, ("mine.tflite", pair.reference.contents))
    assert not app.error
    assert "mine.tflite (yours)" in sidebar(app)


@pytest.mark.tensorflow
def test_a_server_without_tensorflow_refuses_a_keras_file_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A visitor may hand one in although the page does not offer it."""
    without_tensorflow(tmp_path, monkeypatch)
    app = tried(visit("your_model"), ("mine.keras", (BUNDLED / "mnist_model.keras").read_bytes()))
    assert "TensorFlow is not installed" in app.error[0].value


@pytest.mark.parametrize(("is_hosted", "most_mb"), [(False, 500), (True, 25)])
def test_each_uploader_takes_what_the_sentence_below_it_says(
    is_hosted: bool, most_mb: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Streamlit writes its own limit beside the button, as "20MB per file"."""
    monkeypatch.setenv("HALFBITS_HOSTED", str(int(is_hosted)))
    app = visit("your_model")
    models, dataset = (uploader.proto.max_upload_size_mb for uploader in app.get("file_uploader"))
    dataset_mb = 25 if is_hosted else 40
    assert (models, dataset) == (most_mb, dataset_mb)
    said = words(app)
    assert f"A .tflite file of at most {most_mb} MB" in said
    assert "and its size at most 10 MB" in said
    assert ("A .keras file, of at most 20 MB," in said) == has_tensorflow()
    assert f"At most {dataset_mb} MB, 20,000 test and 100,000 training images" in said
    assert ",000 B" not in said
