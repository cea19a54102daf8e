"""A stranger's models tried in a child process: taken with remarks, or refused in a sentence."""

import re
import time
from typing import Any

import numpy as np
import psutil
import pytest
from ai_edge_litert import schema_py_generated as schema

from fp16core.evaluate.casting import NO_FLOAT16
from fp16core.jobs.job import Job
from fp16core.jobs.spec import Limits
from fp16core.runtime.classifier import Classifier
from fp16core.tflite.model_file import ModelFile, ModelPair
from fp16core.tflite.replace import replace_weights
from fp16core.vocabulary import HalfBitsError, ModelFileError
from fp16core.worker.trial import answers, inspection, rehearsal, trial
from fp16core.worker.trial.rehearsal import Rehearsal
from tests.helpers.children.processes import PATIENCE_S, is_alive
from tests.helpers.networks.edited import edited
from tests.helpers.networks.strangers import HEAVY, Stranger, stranger
from tests.helpers.places import TestSet


def named(name: str, model: ModelFile) -> ModelFile:
    """The same file under another name."""
    return ModelFile(model.contents, name)


def offered(*files: ModelFile, limits: Limits | None = None) -> Job:
    job = Job(
        trial.MODULE,
        trial.request_for([file.name for file in files]),
        [file.contents for file in files],
        limits or trial.limits_for(10**9),
    )
    job.wait(PATIENCE_S)
    assert not is_alive(job._child.pid)
    return job


def taken(*files: ModelFile) -> trial.Tried:
    job = offered(*files)
    assert job.error is None
    assert job.answer is not None
    return trial.tried(job.answer, files)


def refusal(*files: ModelFile) -> str:
    """Error about files that this process refuses without a child running them."""
    with pytest.raises(HalfBitsError) as caught:
        trial.try_files(files, lambda _what, _done: None)
    return str(caught.value)


def test_a_float32_file_is_quantized_and_both_read_test_images(pair: ModelPair) -> None:
    found = taken(named("mine.tflite", pair.reference))
    assert found.pair.name == found.pair.reference.name == "mine.tflite"
    assert found.pair.reference.contents == pair.reference.contents
    kernel, halves = (model.graph.weights()["conv_2d.kernel"].values for model in (pair.reference, found.pair.target))
    assert np.array_equal(halves, kernel.astype(np.float16))
    assert found.images == trial.IMAGES
    assert found.remarks == ()
    assert 0.9 < found.reference_accuracy < 1
    assert 0 < found.image_s < answers.MAX_IMAGE_S


def test_the_accuracy_is_what_keras_counts(test_set: TestSet) -> None:
    theirs = stranger("two convolutions")
    found = taken(named("cnn.tflite", theirs.reference), named("half.tflite", theirs.target))
    assert len(theirs.answers) == trial.IMAGES
    predictions = theirs.answers.argmax(axis=1)
    assert found.reference_accuracy == np.mean(predictions == test_set[1][: trial.IMAGES])
    assert [file.contents for file in found.pair.files] == [file.contents for file in theirs.pair.files]
    assert found.pair.name == "cnn.tflite and half.tflite"


def test_files_in_the_other_order_are_put_right_with_a_word(pair: ModelPair) -> None:
    found = taken(named("half.tflite", pair.target), named("full.tflite", pair.reference))
    assert [file.contents for file in found.pair.files] == [file.contents for file in pair.files]
    assert (found.pair.reference.name, found.pair.target.name) == ("full.tflite", "half.tflite")
    assert found.remarks == ("The files were given in the other order: full.tflite is the float32 one.",)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "remarks"),
    [
        (
            "softmax",
            [
                "probabilities, not logits",
                "overflow: softmax has the operator SOFTMAX",
                "bounds: softmax has the operator SOFTMAX",
            ],
        ),
        ("batch of 1", ["takes 1 image at a time"]),
        ("batch of 7", ["takes 7 images at a time"]),
        ("residual", ["overflow: residual has the operator ADD", "bounds: residual has"]),
        ("recurrent", ["propagation: recurrent: for 1 image, TRANSPOSE returned", "overflow: ", "bounds: "]),
    ],
)
def test_what_is_worth_knowing_of_other_networks_is_said(name: str, remarks: list[str]) -> None:
    tried = taken(named(name, stranger(name).reference))
    found = " | ".join([*tried.remarks, *(f"{measurement}: {why}" for measurement, why in tried.failed.items())])
    for remark in remarks:
        assert remark in found


def test_a_network_of_this_kind_without_remarks_has_none_but_that_it_guesses() -> None:
    """Of random weights; nothing else is odd about it."""
    remarks = taken(named("dense.tflite", stranger("dense only").reference)).remarks
    assert all("guessing would" in remark or "same answer" in remark for remark in remarks)


def with_kernel(model: ModelFile, value: float) -> ModelFile:
    """The first weight of the convolution set to a value, whatever its type."""
    kernel = model.graph.weights()["conv_2d.kernel"].values.copy()
    kernel.flat[0] = value
    return replace_weights(model, {"conv_2d.kernel": kernel})


def test_a_target_that_was_not_made_of_the_reference_is_said(pair: ModelPair) -> None:
    found = trial.try_files(
        [named("a", pair.reference), named("b", with_kernel(pair.target, 3.0))], lambda _what, _done: None
    )
    assert "1 of 4 weight tensors are not the float32 ones rounded (conv_2d.kernel): b was not made from a" in str(
        found["remarks"]
    )
    found = trial.try_files([named("a", pair.reference), named("b", pair.reference)], lambda _what, _done: None)
    assert found["remarks"] == [NO_FLOAT16]


def test_files_that_do_not_fit_are_refused_in_words(pair: ModelPair) -> None:
    other = stranger("depthwise")
    assert "half holds float16 weights already; upload the float32" in refusal(named("half", pair.target))
    assert "a and b both hold float16" in refusal(named("a", pair.target), named("b", other.target))
    assert "choose a target converted from this reference" in refusal(
        named("a", pair.reference), named("b", other.target)
    )
    assert "notes is not a LiteRT model" in refusal(ModelFile(b"hello", "notes"))
    large = ModelFile(pair.reference.contents + bytes(inspection.MAX_FILE_BYTES), "large")
    assert "has 10.1 MB; at most 10 MB are accepted. Use a smaller network." in refusal(large)


def test_graphs_that_no_page_could_show_are_refused(pair: ModelPair) -> None:
    def two_graphs(tree: Any, _operators: dict[str, Any]) -> None:
        tree.subgraphs *= 2

    def backwards(tree: Any, _operators: dict[str, Any]) -> None:
        tree.subgraphs[0].operators.reverse()

    def custom(tree: Any, operators: dict[str, Any]) -> None:
        code = tree.operatorCodes[operators["MAX_POOL_2D"].opcodeIndex]
        code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.CUSTOM

    def many(tree: Any, operators: dict[str, Any]) -> None:
        tree.subgraphs[0].operators += [operators["MAX_POOL_2D"]] * inspection.MAX_OPERATORS

    def nameless(tree: Any, _operators: dict[str, Any]) -> None:
        for tensor in tree.subgraphs[0].tensors:
            tensor.name = None

    for edit, words in (
        (two_graphs, "has 2 graphs"),
        (nameless, "LiteRT Quantizer rejects the model"),
        (backwards, r"reads '"),
        (custom, "is not one of LiteRT's own"),
        (many, "operators and "),
    ):
        assert words in refusal(named("odd", edited(pair.reference, edit)))


@pytest.mark.slow
def test_a_file_that_crashes_the_runtime_costs_a_sentence(pair: ModelPair) -> None:
    """A convolution without a kernel: XNNPACK follows a null pointer, asks for any amount of memory, or notices."""

    def without_weights(_tree: Any, operators: dict[str, Any]) -> None:
        op = operators["CONV_2D"]
        op.inputs = [op.inputs[0], -1, op.inputs[2]]

    job = offered(named("crash.tflite", edited(pair.reference, without_weights)))
    assert job.answer is None
    assert job.error is not None
    assert re.match(r"The process crashed \(SIGSEGV\)|Ended: it needed more than the limit|crash\.tflite: ", job.error)


@pytest.fixture(scope="module")
def heavy() -> Stranger:
    return stranger(HEAVY)


@pytest.mark.slow
def test_a_model_that_takes_too_much_memory_or_time_is_ended(heavy: Stranger) -> None:
    job = offered(named("heavy.tflite", heavy.reference))
    assert job.error is not None
    # Whichever comes first: the look at its memory, or the limit that the system holds it to.
    assert any(words in job.error for words in ("of memory; the limit is", "crashed", "rejects the model", "failed"))
    assert job.answer is None
    job = offered(named("slow.tflite", heavy.reference), limits=Limits(cpu_seconds=0.1))
    assert job.error == "Ended: it took more processor time than the limit of 0 seconds."


@pytest.mark.slow
def test_a_busy_server_is_no_reason_to_refuse_a_model(pair: ModelPair) -> None:
    """Only its own processor time counts: stopped for longer than the limit, it continues and passes."""
    limits = Limits(seconds=PATIENCE_S, cpu_seconds=20)
    job = Job(trial.MODULE, trial.request_for(["mine.tflite"]), [pair.reference.contents], limits)
    child = psutil.Process(job._child.pid)
    child.suspend()
    time.sleep(1)
    used = child.cpu_times()
    assert used.user + used.system < 1, "a stopped process uses no time"
    child.resume()
    job.wait(PATIENCE_S)
    assert job.error is None


def test_a_slow_model_is_refused_by_the_time_of_an_image(pair: ModelPair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "MAX_IMAGE_S", 1e-9)
    assert "ms is the limit, as every page runs it on thousands of images" in refusal(named("slow", pair.reference))


def test_a_model_whose_answers_depend_on_chance_is_refused(pair: ModelPair, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file is known that does it on each machine, so its classifier is made to."""

    class Moody(Classifier):
        def logits(self, images: Any) -> Any:
            return super().logits(images) + np.random.default_rng().random(10, np.float32)

    monkeypatch.setattr(answers, "Classifier", Moody)
    assert "answers the same images differently when asked again" in refusal(named("moody", pair.reference))


def test_a_measurement_that_fails_is_named_and_a_required_one_is_a_refusal(
    pair: ModelPair, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: Any) -> None:
        raise ModelFileError("too odd.")

    refused = Rehearsal("too much", refuse)
    monkeypatch.setitem(rehearsal.REHEARSALS, "propagation", refused)
    monkeypatch.setitem(rehearsal.REHEARSALS, "graphs", refused)
    files = (named("a", pair.reference),)
    found = trial.tried(trial.try_files(files, lambda _what, _done: None), files)
    assert found.failed == {"graphs": "too odd.", "propagation": "too odd."}
    assert found.remarks == ()
    monkeypatch.setitem(rehearsal.REHEARSALS, "claims", Rehearsal("too much", refuse, is_required=True))
    assert refusal(named("a", pair.reference)) == "too odd."
