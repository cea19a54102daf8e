"""A stranger's model diagnosed in a child process: asked for, read with mistrust, limited."""

import base64
import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from fp16core.diagnosis.document import DocumentError, diagnosis_document, diagnosis_of
from fp16core.diagnosis.finding import Finding
from fp16core.diagnosis.options import DiagnosisOptions
from fp16core.jobs.spec import JobSpec
from fp16core.tflite.model_file import ModelFile
from fp16core.vocabulary import ModelFileError
from fp16core.worker.diagnosis import limits
from fp16core.worker.diagnosis.repeat import command_line
from fp16core.worker.diagnosis.request import MODULE, DiagnosisTicket, options_of, spec_for
from tests.helpers.diagnoses.made import DIAGNOSIS

MODEL = ModelFile(b"model", "mine.tflite")


def sent(value: Any) -> Any:
    """A value that a process sends, as it arrives."""
    return json.loads(json.dumps(value))


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Each place within JSON values: what holds it, and its key or index."""
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, key
        yield from places(value[key])


def test_a_diagnosis_arrives_as_it_was_sent() -> None:
    document = sent(diagnosis_document(DIAGNOSIS))
    found = diagnosis_of(document)
    assert found.finding is Finding.BREAKS
    assert found.placement.breaks == DIAGNOSIS.placement.breaks
    assert found.range == DIAGNOSIS.range
    assert found.graph[0].histogram is not None
    assert np.array_equal(found.graph[0].histogram.counts, [1, 2, 3, 2])
    assert diagnosis_document(found) | {"files": {}} == document | {"files": {}}, "also what is not a number"


def test_whatever_a_process_sends_instead_is_refused_or_a_diagnosis() -> None:
    """Each place of an answer, with values of every other kind: no other error comes out."""
    document = sent(diagnosis_document(replace(DIAGNOSIS, graph=DIAGNOSIS.graph[:1])))
    strange: list[Any] = [None, True, -1, 10**400, 1.5, "x", [], [[]], {}, [None], {"edges": []}]
    count = len([*places(document)])
    refused = 0
    for number in range(0, count, 5):
        for value in strange:
            damaged = copy.deepcopy(document)
            holder, key = [*places(damaged)][number]
            holder[key] = value
            try:
                found = diagnosis_of(damaged)
            except DocumentError:
                refused += 1
            else:
                assert isinstance(found.graph, tuple)
    assert refused > count


@pytest.mark.parametrize(
    ("edges", "counts"),
    [
        ([0.0, 1.0], [1, 2]),
        ([1.0, 0.0], [1]),
        ([0.0, "NaN"], [1]),
        ([0.0, "Infinity"], [1]),
        ([0.0, 1.0], [-1]),
        ([0.0, 1.0], [2**70]),
        ([0.0, 1.0], [0.5]),
    ],
)
def test_a_histogram_that_is_none_is_refused(edges: list[Any], counts: list[Any]) -> None:
    document = sent(diagnosis_document(DIAGNOSIS))
    document["graph"][0]["histogram"] = {"edges": edges, "counts": counts}
    with pytest.raises(DocumentError):
        diagnosis_of(document)


def ticket(model_bytes: int = 100) -> DiagnosisTicket:
    return DiagnosisTicket(JobSpec(MODULE, {}), model_bytes)


def piece(name: Any, contents: bytes) -> dict[str, Any]:
    return {"file": name, "piece": base64.b64encode(contents).decode()}


def test_files_arrive_in_pieces_and_under_names_that_are_no_paths() -> None:
    found = ticket()
    for message in (piece("a.tflite", b"one"), piece("../b\n.tflite", b"x"), piece("a.tflite", b"two")):
        found.receive(message)
    assert {name: b"".join(pieces) for name, pieces in found._files.items()} == {
        "a.tflite": b"onetwo",
        ".._b_.tflite": b"x",
    }


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"file": "a", "piece": 5},
        {"file": ["a"], "piece": ""},
        {"file": "a", "piece": "*"},
        piece("a", bytes(1_000_500)),
    ],
)
def test_what_is_no_piece_of_a_file_or_too_much_ends_the_job(message: dict[str, Any]) -> None:
    with pytest.raises(ModelFileError, match="Ended"):
        ticket().receive(message)


class Answered(DiagnosisTicket):
    """A ticket whose job has answered."""

    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__(JobSpec(MODULE, {}), 100)
        self._answered = answer

    @property
    def answer(self) -> dict[str, Any]:
        """The answer that the test names."""
        return self._answered


def test_the_answer_becomes_a_diagnosis_with_the_files_that_came_before() -> None:
    found = Answered({"document": sent(diagnosis_document(DIAGNOSIS))})
    found.receive(piece("a.tflite", b"one"))
    diagnosis = found.diagnosis()
    assert diagnosis is not None
    assert diagnosis.files == {"a.tflite": b"one"}
    assert diagnosis.sentence == DIAGNOSIS.sentence


@pytest.mark.parametrize(
    "changed",
    [
        {"placement": replace(DIAGNOSIS.placement, breaks={10**9: "far"})},
        {"graph": (replace(DIAGNOSIS.graph[0], operator=10**9),)},
        {"range": replace(DIAGNOSIS.range, operators=(replace(DIAGNOSIS.range.operators[0], operator=-(10**9)),))},
    ],
)
def test_an_operator_that_no_model_has_is_refused(changed: dict[str, Any]) -> None:
    """Figures take memory for each up to it."""
    found = Answered({"document": sent(diagnosis_document(replace(DIAGNOSIS, **changed)))})
    with pytest.raises(ModelFileError, match="more operators than the 20,000"):
        found.diagnosis()


def test_an_answer_that_is_no_diagnosis_is_a_sentence() -> None:
    for answer in ({}, {"document": None}, {"document": {"version": 1}}):
        with pytest.raises(ModelFileError, match="answered with what cannot be read"):
            Answered(answer).diagnosis()


def test_more_files_than_a_model_can_become_end_the_job() -> None:
    found = ticket()
    for number in range(6):
        found.receive(piece(f"{number}", b""))
    with pytest.raises(ModelFileError, match="more files"):
        found.receive(piece("7", b""))


def test_a_request_is_read_as_it_was_asked() -> None:
    options = DiagnosisOptions(
        inputs=b"archive",
        ranges={"x": (0.0, 1.0)},
        shapes={"x": (1, 8)},
        classes=("y",),
        tolerances={"y": 0.1},
        target=ModelFile(b"half", "half.tflite"),
        wants_cure=True,
    )
    for asked in (options, replace(options, inputs=None), replace(options, target=None), DiagnosisOptions()):
        spec = spec_for(MODEL, asked, is_hosted=True)
        assert options_of(sent(spec.request), spec.attachments) == asked


def test_strangers_get_less_than_whoever_is_at_home() -> None:
    large = limits.limits_for(25_000_000, is_hosted=True)
    assert (large.memory_bytes, large.cpu_seconds) == (1_050_000_000, 120)
    assert limits.limits_for(10**9, is_hosted=True).memory_bytes == 1_500_000_000
    assert limits.limits_for(4_000, is_hosted=True).memory_bytes == 300_120_000
    assert limits.max_file_bytes(is_hosted=True) == 25_000_000
    at_home = limits.limits_for(25_000_000, is_hosted=False)
    assert (at_home.cpu_seconds or 0) > 1_000
    assert limits.max_file_bytes(is_hosted=False) > 100_000_000


def test_the_command_that_repeats_it_quotes_names_of_strangers() -> None:
    options = DiagnosisOptions(ranges={"x; rm -rf /": (-1.5, 2.0)}, shapes={"x": (1, 8)}, tolerances={"y": 1e-3})
    assert command_line("$(evil).tflite", options, "in.npz") == (
        "python -m fp16core diagnose '$(evil).tflite' --inputs in.npz --range 'x; rm -rf /=-1.5:2' --shape x=1,8 "
        "--tolerance y=0.001 --out diagnosed"
    )
