"""Weights that are not float16, or too large for it, against NumPy's cast and sums on hand-made networks."""

import numpy as np
import numpy.typing as npt
import pytest

from fp16core.claims.claims import check_claims
from fp16core.claims.evidence import Verdict, gather_evidence
from fp16core.convert.quantizer import quantize_tflite
from fp16core.data.mnist import normalise
from fp16core.evaluate.both import BothAnswers
from fp16core.evaluate.casting import NO_FLOAT16, Casting, casting_of
from fp16core.evaluate.comparison import compare
from fp16core.evaluate.evaluation import Answers
from fp16core.lab.dial import QUANTIZED, make_file
from fp16core.tflite.halves import holds_float16_weights
from fp16core.tflite.model_file import ModelFile, ModelPair
from fp16core.vocabulary import ModelFileError
from tests.helpers.networks.edited import older
from tests.helpers.networks.handmade import CENTRE, LARGE, PIXELS, Weights, dense, scaled, weights_with
from tests.helpers.networks.strangers import TOO_LARGE, stranger
from tests.helpers.places import TestSet

ABOUT_FLOAT32 = {"Preprocessing", "Network", "Trained accuracy"}


def halves(weights: Weights) -> npt.NDArray[np.float16]:
    with np.errstate(over="ignore"):
        return weights.astype(np.float16)


@pytest.fixture(scope="module")
def quantized() -> ModelPair:
    reference = dense(LARGE)
    return ModelPair("by hand", reference, quantize_tflite(reference))


@pytest.fixture(scope="module")
def clamped() -> ModelPair:
    """The same network in Keras, by TensorFlow's converter."""
    return stranger(TOO_LARGE).pair


def test_weights_that_become_infinite_are_those_of_numpys_cast(quantized: ModelPair) -> None:
    """From 65,520 on; 65,504 and 65,519 are kept."""
    found = casting_of(quantized)
    assert found.became_infinite == {"fully_connected.weights": int(np.isinf(halves(LARGE)).sum())}
    assert found.became_infinite["fully_connected.weights"] == 3
    assert found.clamped == {}
    assert found.remarks(None) == ("Too large for float16, now infinite: 3 weights (fully_connected.weights: 3).",)


def test_images_whose_logits_are_spoiled_are_those_of_numpys_sums(quantized: ModelPair, test_set: TestSet) -> None:
    """∞ · 0 is NaN, ∞ times ink is infinite: so every image is spoiled, and those without ink there get no answer."""
    images, labels = test_set[0][:2000], test_set[1][:2000]
    with np.errstate(invalid="ignore", over="ignore"):
        inputs = normalise(images).reshape(-1, PIXELS)
        logits = inputs @ halves(LARGE).T.astype(np.float32)
    spoiled, unanswered = (~np.isfinite(logits)).any(axis=1).sum(), np.isnan(logits).any(axis=1).sum()
    assert 0 < unanswered < spoiled == 2000
    comparison = compare(quantized, images, labels)
    document = casting_of(quantized).document(comparison)
    assert document["images_with_unusable_scores"] == spoiled
    assert document["test_images"] == 2000
    changed = np.isnan(logits).any(axis=1) | (logits.argmax(axis=1) != (inputs @ LARGE.T).argmax(axis=1))
    assert document["changed_predictions"] == changed.sum()
    assert document["remarks"][1] == (
        "On 2,000 of 2,000 test images the target gives a logit that is infinite or not a number (NaN), though the "
        f"reference's are all finite; {unanswered:,} of them get no answer."
    )


def test_an_image_counts_as_spoiled_only_if_the_reference_has_logits(test_set: TestSet) -> None:
    """The reference, too, is infinite where there is ink: ∞ in float32 is no fault of float16."""
    reference = dense(weights_with((3, CENTRE, np.inf)))
    pair = ModelPair("infinite", reference, quantize_tflite(reference))
    assert casting_of(pair).became_infinite == {}
    assert not compare(pair, test_set[0][:50], test_set[1][:50]).spoiled.any()


def test_an_answer_that_only_the_reference_gives_is_lost_even_if_its_logits_are_infinite() -> None:
    reference, target = np.zeros((3, 10), np.float32), np.zeros((3, 10), np.float32)
    reference[:2, 4] = target[0, 4] = np.inf
    target[1, 4] = np.nan
    both = BothAnswers(Answers(reference), Answers(target))
    assert both.spoiled.tolist() == [False, True, False]
    assert Casting(True, {"kernel": 1}).remarks(both)[1] == (
        "On 1 of 3 test images the target gives a logit that is infinite or not a number (NaN), though the reference's "
        "are all finite, or at least give an answer; 1 of them get no answer."
    )


def test_weights_that_are_clamped_are_counted_and_no_logit_is_spoiled(clamped: ModelPair, test_set: TestSet) -> None:
    found = casting_of(clamped)
    assert found.clamped == {"fully_connected.weights": 3}
    assert found.became_infinite == {}
    images, labels = test_set[0][:2000], test_set[1][:2000]
    inputs = normalise(images).reshape(-1, PIXELS).astype(np.float64)
    cast = np.clip(LARGE, -65_504, 65_504).astype(np.float16)
    changed = (inputs @ cast.T.astype(np.float64)).argmax(1) != (inputs @ LARGE.T.astype(np.float64)).argmax(1)
    assert changed.sum() > 100
    assert found.remarks(compare(clamped, images, labels)) == (
        "Too large for float16, clamped to ±65,504: 3 weights (fully_connected.weights: 3).",
        f"No logit becomes infinite or NaN by it; {changed.sum():,} of 2,000 answers differ.",
    )


def test_a_good_pair_has_no_remarks(pair: ModelPair) -> None:
    found = casting_of(pair)
    assert found.holds_float16
    assert not found.is_out_of_range
    assert found.remarks(None) == ()


def test_only_stored_float16_that_an_operator_reads_is_a_float16_weight(pair: ModelPair) -> None:
    assert holds_float16_weights(pair.target)
    assert holds_float16_weights(older(pair.target))
    assert not holds_float16_weights(pair.reference)
    assert not holds_float16_weights(quantize_tflite(scaled(np.ones((1, 4), np.float32))))
    with pytest.raises(ModelFileError, match="mine is damaged"):
        holds_float16_weights(ModelFile(pair.target.contents[:3000] + bytes(40_000), "mine"))


def test_no_claim_about_float16_is_judged_without_float16_weights(pair: ModelPair, test_set: TestSet) -> None:
    """Whatever the numbers say: zeros appended to the reference make the target half as large."""
    images, labels = test_set[0][:300], test_set[1][:300]
    longer = ModelFile(pair.reference.contents + bytes(pair.reference.size_bytes))
    for reference in (pair.reference, longer):
        same = ModelPair("same", reference, pair.reference, pair.run)
        comparison = compare(same, images, labels)
        assert comparison.accuracy_delta == 0
        claims = {claim.topic: claim for claim in check_claims(gather_evidence(same, comparison, images))}
        assert len(claims) == 13
        for topic, claim in claims.items():
            if topic in ABOUT_FLOAT32:
                assert claim.measured != "the target holds no float16 weights"
            else:
                assert (claim.verdict, claim.awaits) == (Verdict.NOT_JUDGED, None), topic
                assert claim.measured == "the target holds no float16 weights"
    assert casting_of(same).remarks(comparison) == (NO_FLOAT16,)


def test_the_dial_shows_no_file_as_float16_that_is_none(pair: ModelPair) -> None:
    same = ModelPair("same", pair.reference, pair.reference)
    with pytest.raises(ModelFileError, match="There is no file of float16 to show: the target holds none"):
        make_file(same, "float16")
    assert {t.dtype for t in make_file(same, QUANTIZED).graph.weights().values()} == {"float16", "float32"}
    uncast = scaled(np.ones((1, 4), np.float32))
    with pytest.raises(ModelFileError, match="LiteRT Quantizer casts none of its weights"):
        make_file(ModelPair("uncast", uncast, uncast), QUANTIZED)
