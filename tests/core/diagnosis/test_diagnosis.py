"""Diagnoses of the networks in ``tests/networks/diagnosis``: the right verdict on each."""

import functools
import io
import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from fp16core.diagnosis.diagnosis import FLOAT16_FILE, diagnose
from fp16core.diagnosis.document import DocumentError, diagnosis_document, diagnosis_of, document_text
from fp16core.diagnosis.finding import Finding
from fp16core.diagnosis.options import DiagnosisOptions
from fp16core.diagnosis.outcome import Diagnosis
from fp16core.diagnosis.ranges.words import UNSEEN
from fp16core.tflite.model_file import ModelFile
from fp16core.vocabulary import ModelFileError
from tests.networks.diagnosis.verdicts import RIGHT, contents, samples

BROKEN = [name for name, right in RIGHT.items() if right.breaks_at]


def model(name: str) -> ModelFile:
    return ModelFile(contents(name), name)


@functools.cache
def diagnosis(name: str) -> Diagnosis:
    return diagnose(model(name), DiagnosisOptions(ranges=RIGHT[name].ranges))


def archive(name: str, kind: str = "random") -> bytes:
    file = io.BytesIO()
    arrays: dict[str, Any] = {key: values[np.newaxis] for key, values in samples(name)[kind].items()}
    np.savez(file, **arrays)
    return file.getvalue()


@pytest.mark.parametrize("name", RIGHT)
def test_every_network_gets_the_right_finding(name: str) -> None:
    right, found = RIGHT[name], diagnosis(name)
    if right.breaks_at:
        assert found.finding is Finding.BREAKS
        assert found.sentence.startswith("Not safe in float16. ")
    elif not right.has_control or found.control:
        assert found.finding is Finding.UNKNOWN
    else:
        assert found.finding is Finding.NOTHING_FOUND


@pytest.mark.parametrize("name", RIGHT)
def test_the_first_overflow_is_the_right_operator_and_is_followed_to_the_outputs(name: str) -> None:
    right, found = RIGHT[name], diagnosis(name).range
    if right.first_overflow is None:
        assert found.first_overflow is None
        return
    (entry,) = (entry for entry in found.operators if entry.operator == found.first_overflow)
    assert entry.tensor == right.first_overflow
    assert entry.overflows
    assert entry.reaches_output is right.reaches_output


@pytest.mark.parametrize("name", BROKEN)
def test_whatever_breaks_is_found_without_a_device(name: str) -> None:
    assert diagnosis(name).range.finding is Finding.BREAKS


@pytest.mark.parametrize("name", [name for name in BROKEN if name != "squares"])
def test_float16_on_the_cpu_breaks_where_it_should(name: str) -> None:
    (verdict,) = diagnosis(name).arithmetic
    assert verdict.finding is Finding.BREAKS
    first = next(entry for entry in verdict.operators if entry.not_finite)
    assert first.tensor == RIGHT[name].breaks_at


def test_the_processor_alone_misses_squares_because_operators_stay_in_float32() -> None:
    found = diagnosis("squares")
    (verdict,) = found.arithmetic
    assert verdict.finding is Finding.NOTHING_FOUND
    assert "stayed in float32" in verdict.sentence
    assert not all(entry.is_float16 for entry in verdict.operators)
    assert found.finding is Finding.BREAKS


def test_random_values_alone_do_not_show_that_an_epsilon_vanishes() -> None:
    """Zeros and constants do, which is why they are among the samples that are made up."""
    found = diagnose(model("instance_norm"), DiagnosisOptions(inputs=archive("instance_norm")))
    assert found.arithmetic[0].finding is Finding.NOTHING_FOUND
    assert diagnosis("instance_norm").arithmetic[0].finding is Finding.BREAKS


def test_an_output_that_is_an_input_fails_the_control_and_gets_no_verdict_on_arithmetic() -> None:
    found = diagnosis("passthrough")
    assert "is an input" in found.control
    assert found.arithmetic[0].finding is Finding.UNKNOWN
    assert not found.arithmetic[0].outputs


def test_weights_that_become_infinite_break_the_stored_file_even_in_float32() -> None:
    for name, right in RIGHT.items():
        storage = diagnosis(name).storage
        assert storage is not None
        assert (storage.finding is Finding.BREAKS) is right.breaks_when_stored


def test_given_samples_within_a_given_tolerance_are_safe_and_beyond_it_not() -> None:
    options = DiagnosisOptions(inputs=archive("embeddings"), tolerances={"answer": 0.01})
    found = diagnose(model("embeddings"), options)
    assert (found.finding, found.has_real_inputs, found.samples) == (Finding.SAFE, True, 1)
    strict = diagnose(model("embeddings"), replace(options, tolerances={"answer": 1e-7}))
    assert strict.finding is Finding.BREAKS
    assert "more than the accepted 1.00 × 10⁻⁷" in strict.arithmetic[0].sentence
    undecided = diagnose(model("embeddings"), replace(options, tolerances={}))
    assert undecided.finding is Finding.NOTHING_FOUND
    assert "a tolerance, which was not given" in undecided.sentence


def test_answers_are_counted_only_for_outputs_declared_as_classes() -> None:
    options = DiagnosisOptions(inputs=archive("embeddings"), classes=("answer",))
    found = diagnose(model("embeddings"), options)
    assert found.arithmetic[0].outputs[0].same_argmax == 1
    assert found.finding is Finding.SAFE
    assert diagnosis("embeddings").arithmetic[0].outputs[0].same_argmax is None


def test_made_up_inputs_are_never_safe_even_within_a_tolerance() -> None:
    found = diagnose(model("embeddings"), DiagnosisOptions(tolerances={"answer": 1.0}))
    assert found.finding is Finding.NOTHING_FOUND
    assert found.sentence.startswith("No overflow found, with made-up inputs")


def test_an_option_that_names_no_output_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(ModelFileError, match="--classes names the output 'logits'; embeddings has 'answer'"):
        diagnose(model("embeddings"), DiagnosisOptions(classes=("logits",)))


def test_progress_grows_and_can_end_the_work() -> None:
    seen: list[float] = []
    diagnose(model("embeddings"), DiagnosisOptions(), lambda _step, done: seen.append(done))
    assert seen == sorted(seen)
    assert 0 == seen[0] < seen[-1] < 1

    def stop(step: str, _done: float) -> None:
        if step == "Running the operators":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        diagnose(model("embeddings"), DiagnosisOptions(), stop)


def test_a_float16_file_is_made_and_a_given_one_is_judged_instead() -> None:
    made = diagnosis("embeddings").files[FLOAT16_FILE]
    assert len(made) < len(contents("embeddings"))
    found = diagnose(model("embeddings"), DiagnosisOptions(target=ModelFile(made, "mine")))
    assert found.files == {}
    assert found.storage == diagnosis("embeddings").storage


@pytest.mark.parametrize("name", RIGHT)
def test_a_document_states_the_whole_diagnosis(name: str) -> None:
    found = diagnosis(name)
    text = document_text(found)
    restored = diagnosis_of(json.loads(text, parse_constant=pytest.fail))
    assert replace(restored, graph=()) == replace(found, graph=(), files={}) or "NaN" in text
    assert diagnosis_document(restored) | {"files": {}} == diagnosis_document(found) | {"files": {}}


def test_infinities_and_nan_are_texts_in_a_document() -> None:
    document = diagnosis_document(diagnosis("block_sum"))
    errors = document["arithmetic"][0]["operators"]
    assert "NaN" in [entry["snr_db"] for entry in errors]
    restored = diagnosis_of(document).arithmetic[0].operators
    assert any(math.isnan(entry.snr_db) for entry in restored)


@pytest.mark.parametrize(
    "damage",
    [
        lambda document: document.pop("range"),
        lambda document: document.update(version=0),
        lambda document: document.update(samples="six"),
        lambda document: document.update(finding="certain"),
        lambda document: document["graph"][0].update(histogram={"edges": [1], "counts": [1]}),
        lambda document: document.update(size_bytes=True),
        lambda document: document["range"].update(operators=5),
    ],
)
def test_a_damaged_document_is_refused_in_a_sentence(damage: object) -> None:
    document = diagnosis_document(diagnosis("embeddings"))
    damage(document)  # type: ignore[operator]
    with pytest.raises(DocumentError, match="diagnose --json"):
        diagnosis_of(document)
    with pytest.raises(DocumentError):
        diagnosis_of([])


def test_the_graph_names_edges_inputs_outputs_and_the_numbers_of_one_tensor() -> None:
    graph = {entry.operator: entry for entry in diagnosis("large_weights").graph}
    first, *_, last = graph.values()
    assert first.inputs == ("features",)
    assert last.outputs == ("answer",)
    assert last.reads == (last.operator - 1,)
    assert last.are_weights
    assert last.histogram is not None
    assert last.histogram.counts.sum() == math.prod(last.shape)
    assert max(abs(example) for example in graph[1].examples) == 100_000


def test_what_runs_inside_of_loops_is_said_to_be_unseen() -> None:
    found = diagnosis("loop")
    assert found.sentence.endswith(UNSEEN)
    assert found.range.sentence.endswith(UNSEEN)
    assert UNSEEN not in diagnosis("embeddings").sentence
    given = diagnose(model("loop"), DiagnosisOptions(inputs=archive("loop"), tolerances={"answer": 1.0}))
    assert given.range.finding is Finding.NOTHING_FOUND, "nothing is proven of operators that were not seen"
    assert given.sentence.endswith(UNSEEN)
