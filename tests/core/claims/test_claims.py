"""Verdicts follow from the pair: with another pair they change."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from fp16core.claims.claims import check_claims
from fp16core.claims.evidence import ClaimCheck, Verdict, gather_evidence
from fp16core.convert.quantizer import quantize_tflite
from fp16core.evaluate.comparison import Comparison, compare
from fp16core.evaluate.evaluation import Evaluation
from fp16core.tflite.model_file import ModelFile, ModelPair
from fp16core.tflite.replace import replace_values
from tests.helpers.places import TestSet


def checks(pair: ModelPair, images: npt.NDArray[np.uint8], labels: npt.NDArray[np.uint8]) -> dict[str, ClaimCheck]:
    comparison = compare(pair, images, labels)
    return {claim.topic: claim for claim in check_claims(gather_evidence(pair, comparison, images))}


@pytest.fixture(scope="module")
def bundled(pair: ModelPair, comparison: Comparison, test_set: TestSet) -> dict[str, ClaimCheck]:
    return {claim.topic: claim for claim in check_claims(gather_evidence(pair, comparison, test_set[0]))}


def test_verdicts_on_the_bundled_pair_follow_from_its_numbers(
    bundled: dict[str, ClaimCheck], comparison: Comparison, pair: ModelPair
) -> None:
    ratio = pair.reference.size_bytes / pair.target.size_bytes
    assert f"{ratio:.2f}×" in bundled["Size reduction"].measured
    assert bundled["Size reduction"].verdict is (Verdict.HOLDS if ratio >= 1.95 else Verdict.PARTLY)
    assert "weight data alone 2.00×" in bundled["Size reduction"].measured
    exact = comparison.reference.correct.sum() == comparison.target.correct.sum()
    assert bundled["No difference"].verdict is (Verdict.HOLDS if exact else Verdict.PARTLY)
    for topic in ("Upsampled on a CPU", "Network", "Trained accuracy", "Input and output", "Half the size"):
        assert bundled[topic].verdict is Verdict.HOLDS, topic
    assert "identical bit for bit" in bundled["Upsampled on a CPU"].measured
    for topic in ("Native arithmetic", "Impact on latency", "Reduced precision"):
        assert bundled[topic].verdict is Verdict.NOT_MEASURED


def test_every_claim_states_quote_rule_and_method(bundled: dict[str, ClaimCheck]) -> None:
    assert len(bundled) == 13
    for claim in bundled.values():
        assert len(claim.claim) > 20
        assert len(claim.rule) > 20
        assert len(claim.method) > 20


def test_a_ruined_target_fails_the_accuracy_claims(pair: ModelPair, test_set: TestSet) -> None:
    """Dense weights with their sign turned."""
    tensor = pair.target.graph.weights()["fully_connected.weights"]
    ruined = replace_values(pair.target, {tensor.index: np.negative(tensor.values, dtype=np.float16)})
    found = checks(ModelPair("ruined", pair.reference, ruined), test_set[0][:300], test_set[1][:300])
    assert found["Impact on accuracy"].verdict is Verdict.FAILS
    assert found["No difference"].verdict is Verdict.FAILS
    assert found["One image"].verdict is Verdict.PARTLY
    # Other weights, but still float16 weights upsampled to float32.
    assert found["Upsampled on a CPU"].verdict is Verdict.HOLDS


def test_the_quantizers_pair_is_upsampled_too(pair: ModelPair, test_set: TestSet) -> None:
    quantized = ModelPair("quantizer", pair.reference, quantize_tflite(pair.reference), pair.run)
    found = checks(quantized, test_set[0][:300], test_set[1][:300])
    assert found["Upsampled on a CPU"].measured.startswith("2 of 2 float16 tensors")
    assert found["Upsampled on a CPU"].verdict is Verdict.HOLDS


def test_a_model_for_raw_pixels_fails_the_preprocessing_claim(pair: ModelPair, test_set: TestSet) -> None:
    """Kernel divided by 255, as if trained on 0…255: scaled images then reach it nearly black."""

    def dimmed(model: ModelFile) -> ModelFile:
        tensor = model.graph.weights()["conv_2d.kernel"]
        return replace_values(model, {tensor.index: np.divide(tensor.values, 255, dtype=tensor.values.dtype)})

    raw = ModelPair("raw", dimmed(pair.reference), dimmed(pair.target))
    found = checks(raw, test_set[0][:500], test_set[1][:500])
    assert found["Preprocessing"].verdict is Verdict.FAILS


def test_an_infinite_weight_is_still_upsampled_and_not_a_difference(pair: ModelPair, test_set: TestSet) -> None:
    """70,000 becomes infinite with the quantizer; logits that are not numbers in both compare as equal."""
    tensor = pair.reference.graph.weights()["fully_connected.weights"]
    large = tensor.values.copy()
    large[3, :] = 70_000
    reference = replace_values(pair.reference, {tensor.index: large})
    found = checks(ModelPair("large", reference, quantize_tflite(reference)), test_set[0][:100], test_set[1][:100])
    assert found["Upsampled on a CPU"].verdict is Verdict.HOLDS
    assert found["No difference"].verdict is not Verdict.HOLDS


def test_a_large_difference_on_few_images_is_no_partial_equality(pair: ModelPair) -> None:
    """Two of twelve images: p = 0.5, but 16.67 points are not "no difference"."""
    labels = np.zeros(12, np.uint8)
    right, wrong = np.zeros((12, 10), np.float32), np.zeros((12, 10), np.float32)
    right[:, 0] = wrong[2:, 0] = wrong[:2, 1] = 1
    comparison = Comparison(Evaluation(right, labels, 2), Evaluation(wrong, labels, 1))
    evidence = gather_evidence(pair, comparison, np.zeros((12, 28, 28), np.uint8))
    verdicts = {claim.topic: claim.verdict for claim in check_claims(evidence)}
    assert comparison.mcnemar_p == 0.5
    assert verdicts["No difference"] is Verdict.FAILS


def test_other_test_images_than_the_runs_own_do_not_judge_its_training(pair: ModelPair, test_set: TestSet) -> None:
    found = checks(pair, test_set[0][:9000], test_set[1][:9000])
    assert found["Trained accuracy"].verdict is Verdict.NOT_JUDGED
    assert found["Trained accuracy"].measured.endswith("; the claim is about the test images of its own data set")


@pytest.mark.parametrize("run", [{"recipe": {"epochs": 5}}, {}])
def test_an_accuracy_after_other_epochs_is_measured_and_cannot_be_judged(
    run: dict[str, Any], pair: ModelPair, test_set: TestSet
) -> None:
    found = checks(replace(pair, run=run), test_set[0][:100], test_set[1][:100])["Trained accuracy"]
    assert found.verdict is Verdict.NOT_JUDGED
    assert found.measured.endswith("; the claim is about a single epoch")


def test_only_a_claim_without_a_measured_value_is_called_not_measured(pair: ModelPair, test_set: TestSet) -> None:
    for claim in checks(pair, test_set[0][:100], test_set[1][:100]).values():
        assert (claim.verdict is Verdict.NOT_MEASURED) == (claim.measured == "—"), claim.topic


def test_one_image_is_called_so_in_every_claim(pair: ModelPair, test_set: TestSet) -> None:
    claims = checks(pair, test_set[0][:1], test_set[1][:1]).values()
    said = " ".join(f"{claim.measured} {claim.method}" for claim in claims)
    assert "on 1 image" in said
    assert not re.search(r"\b1 (images|predictions)", said)
