"""A diagnosis on the page *Your model*, through Streamlit's own test driver."""

import math
import weakref
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fp16core.diagnosis.examples import EXAMPLES
from fp16core.diagnosis.results import Finding, OutputError
from fp16core.figures.diagnosis.operator_rows import ROW_PX
from fp16core.jobs.queue import JobQueue
from fp16core.jobs.spec import JobSpec
from fp16core.jobs.ticket import Ticket
from fp16core.serving.memory_budget import MemoryBudget
from fp16core.tflite.model_file import ModelPair
from fp16core.worker.diagnosis import request
from fp16core.worker.diagnosis.request import DiagnosisTicket
from fp16core.worker.trial import trial
from pages.shared.server import upload_limits
from pages.shared.session import diagnoses
from pages.your_model.story.operators import BY_RANGE
from tests.helpers.apps.driving import charts, component, errors, visit, words
from tests.helpers.apps.visits import only
from tests.helpers.apps.your_files import (
    MODELS,
    diagnosed,
    held,
    is_freed,
    tried,
    turn_to,
    upload,
    with_diagnosis,
)
from tests.helpers.children.processes import own_module, until_begun
from tests.helpers.diagnoses.made import DIAGNOSIS, GRAPH
from tests.helpers.files.made import packed

pytestmark = pytest.mark.usefixtures("cold_caches")

OPERATOR = "diagnosis-operator-1"

EVIL = "<b>[x](https://example.org)</b> :material/home: $x$"

ANSWERS_AT_ONCE = "client.progress('reading', 0.5)\nreturn {'document': None}"


def test_the_story_begins_with_the_answer_and_has_a_picture_for_each_part() -> None:
    app = with_diagnosis()
    assert [header.value for header in app.header] == [
        "The answer for mine\\.tflite",
        "Do its numbers fit?",
        "What does float16 arithmetic do to it?",
        "What becomes of the file?",
        "Where does it run?",
        "What cures it?",
        "Take it with you",
        "Another model",
    ]
    answer = next(block.value for block in app.main.markdown)
    assert answer.startswith(":orange[:material/error:] **float16 arithmetic breaks this model")
    said = words(app).replace("\\", "")
    assert "“no overflow found” does not mean safe" in said
    assert "upload the model together with an .npz archive" in said
    for verdict in (DIAGNOSIS.range, *DIAGNOSIS.arithmetic, DIAGNOSIS.file, DIAGNOSIS.placement, DIAGNOSIS.storage):
        assert verdict is not None
        assert verdict.sentence in said
    assert len(charts(app)) == 6, "graph, tensor, along the graph, bytes, bands, cures"


def test_the_operator_at_which_it_breaks_is_shown_first_and_any_other_can_be_chosen() -> None:
    app = with_diagnosis()
    box = app.selectbox(key=OPERATOR)
    assert box.value == 1
    assert box.options == [f"{node.operator} {node.kind}" for node in GRAPH]
    assert "too large for float16" in str([table.value.to_dict() for table in app.table])
    box.set_value(0).run()
    assert not app.exception
    facts = {row["what"]: row["value"] for table in app.table for _, row in table.value.iterrows() if "value" in row}
    assert facts["float32 values"] == "−3 to 500"
    assert "Its weights: dense/kernel, 8 × 8" in words(app)
    app.segmented_control(key="diagnosis-view").set_value("Error: CPU, XNNPACK forced to float16").run()
    assert not app.exception
    assert charts(app)[0]["layout"]["xaxis"]["title"]["text"] == "signal-to-noise ratio (dB)"
    app.selectbox(key=OPERATOR).set_value(4).run()
    assert "It computes no floating-point numbers" in words(app)


def test_the_graph_is_told_where_the_chosen_operator_is() -> None:
    app = with_diagnosis()
    assert component(app, "scroll_into_sight") == {"choice": "1 1", "top": ROW_PX, "height": 2 * ROW_PX}
    app.selectbox(key=OPERATOR).set_value(4).run()
    assert component(app, "scroll_into_sight") == {"choice": "1 4", "top": 4 * ROW_PX, "height": 2 * ROW_PX}


def test_without_a_tolerance_none_is_said_to_be_missed() -> None:
    broken = OutputError("y", math.nan, 0.0, 60, 1.0, 8, None, None)
    partly = replace(broken, snr_db=20.0, max_abs_error=0.5, not_finite=1)
    strict = replace(broken, tolerance=0.1)
    verdict = replace(DIAGNOSIS.arithmetic[0], outputs=(broken, partly, strict))
    app = with_diagnosis(replace(DIAGNOSIS, arithmetic=(verdict,), storage=None))
    table = next(frame.value for frame in app.dataframe if "within your tolerance" in frame.value)
    assert [*table["within your tolerance"]] == ["none declared", "none declared", "no"]
    assert [*table["largest error"]] == ["–", "0.5 where finite", "–"]


def test_a_model_that_does_not_break_is_not_called_ill() -> None:
    app = with_diagnosis(replace(DIAGNOSIS, finding=Finding.NOTHING_FOUND))
    headers = [header.value for header in app.header]
    assert "Would a cure help?" in headers
    assert "What cures it?" not in headers


def test_texts_of_strangers_are_shown_as_they_are() -> None:
    graph = tuple(replace(node, kind=EVIL, tensor=EVIL, inputs=(EVIL,)) for node in GRAPH)
    ranges = replace(DIAGNOSIS.range, sentence=EVIL)
    cast = replace(DIAGNOSIS.file, sentence=EVIL, refused={EVIL: EVIL})
    arithmetic = tuple(replace(verdict, device=EVIL, sentence=EVIL) for verdict in DIAGNOSIS.arithmetic)
    app = with_diagnosis(
        replace(
            DIAGNOSIS,
            name=EVIL,
            sentence=EVIL,
            inputs=(EVIL,),
            control=EVIL,
            file=cast,
            range=ranges,
            arithmetic=arithmetic,
            graph=graph,
            files={EVIL: b"x"},
        )
    )
    texts = [block.value for kind in (app.title, app.header, app.main.markdown, app.caption) for block in kind]
    texts += [expander.label for expander in app.expander] + [str(table.value) for table in app.table]
    for text in texts:
        assert "<b>" not in text.replace("\\<b\\>", "").replace("<br>", ""), text
        assert "](https" not in text, text


def test_a_diagnosis_that_others_needed_the_memory_of_says_so() -> None:
    app = with_diagnosis()
    app.session_state["diagnosis-kept"].release()
    app = turn_to(app, "your_model")
    assert "Your diagnosis was dropped because other visitors needed the memory" in words(app)
    assert held(app) == {}


def test_what_is_forgotten_is_gone_and_nothing_of_it_is_in_the_address() -> None:
    app = with_diagnosis(replace(DIAGNOSIS))
    assert {*held(app)} == {
        "mine.tflite, diagnosed",
        "mine_f16.tflite",
        "mine_cured.tflite",
        "the diagnosis",
        "all together",
    }
    assert "mine" not in str(dict(app.query_params))
    watched = weakref.ref(app.session_state["diagnosis-kept"].diagnosis)
    app.button(key="own-forget").click().run()
    assert not app.exception
    assert not app.header
    assert held(app) == {}
    assert is_freed(watched)


@pytest.mark.usefixtures("diagnosing")
def test_files_without_room_are_left_out_with_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = "import base64\nfrom tests.helpers.diagnoses.made import DIAGNOSIS\n"
    answer += "from fp16core.diagnosis.document import diagnosis_document\n"
    answer += "client.tell(file='a.tflite', piece=base64.b64encode(bytes(900_000)).decode())\n"
    answer += "return {'document': diagnosis_document(DIAGNOSIS)}"
    monkeypatch.setattr(request, "MODULE", own_module(tmp_path, monkeypatch, answer))
    monkeypatch.setenv("HALFBITS_HOSTED", "1")
    budget = MemoryBudget(10**6, 500_000)
    monkeypatch.setattr(upload_limits, "memory_budget", lambda: budget)
    app = visit("your_model")
    app.button(key="own-example-mask").click().run()
    app = diagnosed(app)
    assert not errors(app)
    assert "The files that were made are not kept: The server holds" in words(app)


def test_the_command_that_repeats_it_and_the_files_can_be_had() -> None:
    app = with_diagnosis()
    assert app.code[0].value == "python -m fp16core diagnose mine.tflite --out diagnosed"
    labels = [button.proto.label for button in app.get("download_button")]
    assert "Diagnosis as JSON" in labels
    assert "mine\\_f16\\.tflite (840 B)" in labels


def test_a_file_that_is_the_model_or_another_one_again_is_neither_offered_nor_held_twice() -> None:
    files = {"model_f16.tflite": b"half", "cured_f32.tflite": b"model", "cured_f16.tflite": b"half"}
    app = with_diagnosis(replace(DIAGNOSIS, files=files))
    labels = [button.proto.label for button in app.get("download_button")]
    assert "The float16 file (4 B)" in labels
    assert not [label for label in labels if "cured" in label]
    assert {*held(app)} >= {"model_f16.tflite"}
    assert not {*held(app)} & {"cured_f16.tflite", "cured_f32.tflite"}


@pytest.mark.usefixtures("diagnosing")
def test_an_example_is_diagnosed_and_cured_one_click_away() -> None:
    app = visit("your_model")
    labels = [app.button(key=f"own-example-{example.key}").label for example in EXAMPLES]
    assert labels[0] == "A mask of −1e30"
    app.button(key="own-example-large_weights").click().run()
    app = diagnosed(app)
    assert not errors(app)
    assert app.header[0].value == "The answer for large\\_weights\\.tflite"
    assert "Not safe in float16" in words(app)
    assert app.code[0].value.startswith("python -m fp16core diagnose fp16core/diagnosis/examples/large_weights.tflite ")
    assert "it does not read digits of 28 × 28 pixels" in words(app)
    assert "The cured float16 file (26.1 kB)" in [button.proto.label for button in app.get("download_button")]
    assert app.session_state[f"diagnosis-operator-{app.session_state['diagnosis-number']}"] == 2


@pytest.mark.usefixtures("diagnosing")
def test_a_model_that_reads_no_digits_is_diagnosed_alone_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its trial is refused, which is no error."""
    answer = "from tests.helpers.diagnoses.made import DIAGNOSIS\n"
    answer += "from fp16core.diagnosis.document import diagnosis_document\n"
    answer += "return {'document': diagnosis_document(DIAGNOSIS)}"
    monkeypatch.setattr(request, "MODULE", own_module(tmp_path, monkeypatch, answer))
    app = tried(visit("your_model"), ("net.tflite", EXAMPLES[2].model().contents), ("in.npz", packed(x=np.zeros(3))))
    app = diagnosed(app)
    assert not errors(app)
    assert "The other pages keep showing the models that they showed before: net" in words(app)
    assert app.session_state["diagnosis-kept"].question.inputs_name == "in.npz"
    assert "--inputs in.npz" in app.code[0].value
    assert app.session_state["own-files"].pair is None
    assert app.sidebar.selectbox(key="model").value == "Bundled pair"


@pytest.mark.usefixtures("diagnosing")
def test_a_digit_classifier_has_its_trial_and_its_diagnosis(
    pair: ModelPair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request, "MODULE", own_module(tmp_path, monkeypatch, ANSWERS_AT_ONCE))
    app = tried(visit("your_model"), ("mine.tflite", pair.reference.contents))
    app = diagnosed(app)
    assert errors(app) == ["The process that diagnosed the model answered with what cannot be read."]
    assert "The answer for mine" in app.header[0].value, "the trial has passed all the same"


@pytest.mark.usefixtures("diagnosing")
def test_one_button_stops_the_trial_and_the_diagnosis(
    pair: ModelPair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = own_module(tmp_path, monkeypatch, "time.sleep(600)")
    monkeypatch.setattr(trial, "MODULE", module)
    monkeypatch.setattr(request, "MODULE", module)
    app = upload(visit("your_model"), MODELS, ("mine.tflite", pair.reference.contents))
    app.button(key="own-try").click().run()
    tickets = [app.session_state["own-attempt"].ticket, app.session_state["diagnosis-running"].ticket]
    for ticket in tickets:
        until_begun(ticket)
    assert "mine.tflite, being diagnosed" in held(app)
    app.button(key="own-stop").click().run()
    assert all(ticket.is_over for ticket in tickets)
    assert "Stopped." in [caption.value for caption in app.caption]
    assert not errors(app), "it was the visitor's wish"
    assert held(app) == {}


@pytest.mark.usefixtures("diagnosing")
def test_a_second_upload_replaces_a_diagnosis_in_progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request, "MODULE", own_module(tmp_path, monkeypatch, "time.sleep(600)"))
    app = visit("your_model")
    app.session_state["own-error"] = "of an upload before"
    app.text_area(key="declared-classes").set_value("of the upload before").run()
    app.button(key="own-example-mask").click().run()
    assert not errors(app)
    assert [app.text_area(key=f"declared-{kind}").value for kind in ("range", "classes")] == ["keep=0:1", ""]
    first = app.session_state["diagnosis-running"].ticket
    until_begun(first)
    app.button(key="own-example-rms_norm").click().run()
    assert first.is_over
    second = app.session_state["diagnosis-running"]
    assert second.question.model.name == "rms_norm.tflite"
    assert not app.exception
    second.ticket.stop()


@pytest.mark.usefixtures("diagnosing")
def test_others_wait_for_their_diagnosis_and_are_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    queue: JobQueue[DiagnosisTicket] = JobQueue(places=1, max_waiting=1, full_text=diagnoses._full_text)
    monkeypatch.setattr(diagnoses, "queue", lambda: queue)
    module = own_module(tmp_path, monkeypatch, "time.sleep(600)")
    before: list[Ticket] = [queue.enqueue(DiagnosisTicket(JobSpec(module, {}), 1))]
    app = visit("your_model")
    app.button(key="own-example-mask").click().run()
    waiting = app.session_state["diagnosis-running"].ticket
    assert waiting.job is None
    late = visit("your_model")
    late.button(key="own-example-mask").click().run()
    assert errors(late) == ["1 models of other visitors already wait to be diagnosed; try again in a minute."]
    app.button(key="own-stop").click().run()
    assert waiting.is_over
    for ticket in before:
        ticket.stop()


@pytest.mark.usefixtures("diagnosing")
def test_whoever_asks_for_too_many_diagnoses_of_a_hosted_server_is_told_when_to_come_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request, "MODULE", own_module(tmp_path, monkeypatch, "time.sleep(600)"))
    monkeypatch.setenv("HALFBITS_HOSTED", "1")
    only(monkeypatch, "diagnosis", 1)
    app = visit("your_model")
    app.button(key="own-example-mask").click().run()
    assert not errors(app)
    app.button(key="own-example-mask").click().run()
    assert "Rate limit for diagnoses of models reached for your address" in errors(app)[0]


@pytest.mark.usefixtures("diagnosing")
def test_a_declaration_that_is_none_is_a_sentence_and_keeps_the_files(pair: ModelPair) -> None:
    app = visit("your_model")
    app.text_area(key="declared-range").set_value("x=1").run()
    upload(app, MODELS, ("mine.tflite", pair.reference.contents))
    app.button(key="own-try").click().run()
    assert "'1' is not a range" in errors(app)[0]
    assert "own-attempt" not in app.session_state


@pytest.mark.usefixtures("diagnosing")
def test_a_model_is_diagnosed_again_with_what_its_owner_declares(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request, "MODULE", own_module(tmp_path, monkeypatch, "time.sleep(600)"))
    app = with_diagnosis()
    assert "Inputs: x. Outputs: y." in words(app)
    app.text_area(key="declared-tolerance").set_value("y=0.5\n").run()
    app.text_area(key="declared-classes").set_value("y").run()
    app.button(key="diagnosis-again").click().run()
    asked = app.session_state["diagnosis-running"]
    assert asked.question.options.tolerances == {"y": 0.5}
    assert asked.question.options.classes == ("y",)
    assert asked.question.model.contents == b"model"
    asked.ticket.stop()


def test_the_graph_is_coloured_by_range_at_first() -> None:
    """The range needs no device."""
    assert with_diagnosis().segmented_control(key="diagnosis-view").value == BY_RANGE
