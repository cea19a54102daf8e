"""Comparisons, against cases computed by hand."""

import numpy as np
import numpy.typing as npt
import pytest
import scipy.special
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose

from fp16core.evaluate.browse import Show, select_images, sheet_count, sheet_images, sheet_of
from fp16core.evaluate.comparison import Comparison, compare
from fp16core.evaluate.evaluation import NO_ANSWER, Evaluation, softmax
from fp16core.tflite.model_file import ModelPair
from fp16core.vocabulary import ImageError


def logits(*rows: dict[int, float]) -> npt.NDArray[np.float32]:
    """Rows of ten logits, 0 but for the digits given."""
    table = np.zeros((len(rows), 10), np.float32)
    for row, values in enumerate(rows):
        for digit, value in values.items():
            table[row, digit] = value
    return table


@pytest.fixture
def by_hand() -> Comparison:
    """Four images: both right; float16 alone wrong; both wrong alike; float16 alone right."""
    labels = np.array([3, 4, 5, 5], np.uint8)
    reference = logits({3: 5.0, 8: 1.0}, {4: 2.0, 9: 1.75}, {6: 4.0}, {6: 1.0, 5: 0.5})
    target = logits({3: 5.5, 8: 1.25}, {4: 1.5, 9: 2.0}, {6: 4.0}, {6: 1.0, 5: 1.25})
    return Comparison(Evaluation(reference, labels, 1000), Evaluation(target, labels, 520))


def test_counts_and_deltas_are_target_minus_reference(by_hand: Comparison) -> None:
    assert by_hand.reference.predictions.tolist() == [3, 4, 6, 6]
    assert by_hand.target.predictions.tolist() == [3, 9, 6, 5]
    assert by_hand.reference.accuracy.value == 0.5
    assert by_hand.accuracy_delta == 0
    assert by_hand.changed_predictions == 2
    assert by_hand.mcnemar_p == 1
    assert by_hand.size_ratio == pytest.approx(1000 / 520)
    assert by_hand.size_delta_bytes == -480
    assert by_hand.logit_delta[0, 3] == 0.5
    assert by_hand.max_abs_logit_delta == 0.75
    assert by_hand.mean_abs_logit_delta == (0.5 + 0.25 + 0.5 + 0.25 + 0.75) / 40
    assert by_hand.reference.margins.tolist() == [4.0, 0.25, 4.0, 0.5]


def test_confusion_matrix_has_true_rows_and_predicted_columns(by_hand: Comparison) -> None:
    expected = np.zeros((10, 10), int)
    expected[3, 3], expected[4, 4], expected[5, 6] = 1, 1, 2
    assert by_hand.reference.confusion.tolist() == expected.tolist()
    delta = np.zeros((10, 10), int)
    delta[4, 4], delta[4, 9], delta[5, 6], delta[5, 5] = -1, 1, -1, 1
    assert by_hand.confusion_delta.tolist() == delta.tolist()


def test_accuracy_by_digit_leaves_out_digits_without_images(by_hand: Comparison) -> None:
    assert by_hand.target.per_class[0] is None
    five = by_hand.target.per_class[5]
    assert five is not None
    assert (five.successes, five.total) == (1, 2)
    assert by_hand.per_class_delta[4] == -1
    assert by_hand.per_class_delta[5] == 0.5
    assert np.isnan(by_hand.per_class_delta[0])


def test_flip_factors_of_hand_computed_images(by_hand: Comparison) -> None:
    """Image 1: gap 0.25 closes by 0.25 + 0.5, so a third of the error is enough; image 2 has no error."""
    factors = by_hand.flip_factors
    assert factors[0] == np.inf  # 3 gains more than 8 does
    assert factors[1] == pytest.approx(1 / 3)
    assert factors[2] == np.inf
    assert factors[3] == pytest.approx(0.5 / 0.75)
    assert (by_hand.report(1).rival, by_hand.report(3).rival) == (9, 5)


def test_an_image_is_exposed_from_half_of_its_margin_on() -> None:
    """A margin of 2 is lost if one logit falls by 1 and another rises by as much; a NaN is exposed."""
    changes = np.array([0.75, 0.9990234375, 1, -1, 1.5, np.nan], np.float32)
    reference = logits(*[{2: 5.0, 7: 3.0}] * len(changes))
    target = reference.copy()
    target[:, 4] += changes
    labels = np.zeros(len(changes), np.uint8)
    found = Comparison(Evaluation(reference, labels, 2), Evaluation(target, labels, 1))
    assert found.exposed.tolist() == [False, False, True, True, True, True]
    target = logits({2: 4.0, 7: 4.0625})
    smallest = Comparison(Evaluation(reference[:1], labels[:1], 2), Evaluation(target, labels[:1], 1))
    assert smallest.changed.tolist() == smallest.exposed.tolist() == [True]


@settings(max_examples=200, deadline=None)  # machines are noisy
@given(arrays(np.float32, (2, 10), elements=st.floats(-8, 8, width=16)))
def test_the_flip_factor_is_where_the_answer_changes(pair_of_logits: npt.NDArray[np.float32]) -> None:
    """Just below it the answer of z + kδ stays, just above it is another."""
    z, target = pair_of_logits[:1], pair_of_logits[1:]
    labels = np.zeros(1, np.uint8)
    factor = float(Comparison(Evaluation(z, labels, 1), Evaluation(target, labels, 1)).flip_factors[0])
    delta = target[0].astype(float) - z[0]
    top = int(np.argmax(z[0]))

    def wins(k: float) -> bool:
        z_k = z[0].astype(float) + k * delta
        return bool(z_k[top] >= np.delete(z_k, top).max())

    if np.isinf(factor):
        assert wins(1e6)
    else:
        assert wins(factor * 0.999)
        assert not wins(factor * 1.001 + 1e-9)


def test_a_model_whose_logits_are_not_numbers_answers_nothing() -> None:
    labels = np.array([0, 1], np.uint8)
    broken = logits({0: 1.0}, {1: 1.0})
    broken[0, 3] = np.nan
    found = Comparison(Evaluation(logits({0: 1.0}, {1: 1.0}), labels, 2), Evaluation(broken, labels, 1))
    assert found.target.predictions.tolist() == [NO_ANSWER, 1]
    assert found.target.accuracy.value == 0.5
    assert found.changed_predictions == 1
    assert found.target.confusion.sum() == 1
    assert np.isnan(found.max_abs_logit_delta)
    assert np.isnan(found.flip_factors[0])
    assert found.report(0).target_text == "nothing"


def test_the_loss_is_the_mean_cross_entropy_of_the_true_classes() -> None:
    labels = np.array([3, 0], np.uint8)
    assert Evaluation(np.full((2, 10), 7, np.float32), labels, 1).loss == pytest.approx(np.log(10))
    logits = np.zeros((2, 10), np.float32)
    logits[0, 3], logits[1, 1] = 3e38, 1
    assert Evaluation(logits, labels, 1).loss == pytest.approx(np.log(9 + np.e) / 2)
    logits[1, 2] = np.nan
    assert np.isnan(Evaluation(logits, labels, 1).loss)


def test_the_bundled_pair_reaches_what_its_record_says(comparison: Comparison, pair: ModelPair) -> None:
    assert comparison.reference.accuracy.value == pair.run["reference_accuracy"]
    assert comparison.target.accuracy.value == pair.run["target_accuracy"]
    # Keras measured the same model on the same images while training it.
    assert comparison.reference.accuracy.value == pytest.approx(pair.run["history"]["val_accuracy"][-1], abs=1e-6)
    assert comparison.reference.loss == pytest.approx(pair.run["history"]["val_loss"][-1], rel=1e-5)
    assert comparison.changed_predictions == pair.run["changed_predictions"]


def test_factors_up_to_one_are_the_changed_predictions(comparison: Comparison) -> None:
    assert np.array_equal(comparison.flip_factors < 1, comparison.changed)
    # No answer changes unless one logit rises and another falls to meet it.
    possible = 2 * comparison.abs_logit_delta >= comparison.reference.margins
    assert not (comparison.changed & ~possible).any()


def test_results_cannot_be_written_to(comparison: Comparison) -> None:
    with pytest.raises(ValueError, match="read-only"):
        comparison.reference.logits[0, 0] = 1


def test_images_without_labels_are_refused(pair: ModelPair) -> None:
    images = np.zeros((3, 28, 28), np.uint8)
    for labels, shape in ((np.zeros(2, np.uint8), "2"), (np.zeros((3, 1), np.uint8), "3 × 1")):
        with pytest.raises(ImageError, match=f"3 images with labels of shape {shape}; expected as many"):
            compare(pair, images, labels)
    with pytest.raises(ImageError, match="at least one"):
        compare(pair, images[:0], np.zeros(0, np.uint8))


def test_selection_filters_combine(comparison: Comparison) -> None:
    every = select_images(comparison)
    assert every.tolist() == list(range(10_000))
    nines = select_images(comparison, true_digit=4, predicted_digit=9)
    assert len(nines) > 0
    assert all(comparison.labels[i] == 4 for i in nines)
    assert all(9 in (comparison.reference.predictions[i], comparison.target.predictions[i]) for i in nines)
    assert np.array_equal(select_images(comparison, Show.DIFFER), np.flatnonzero(comparison.changed))
    wrong = select_images(comparison, Show.BOTH_WRONG)
    assert not comparison.reference.correct[wrong].any()
    assert not comparison.target.correct[wrong].any()


def test_sheets_hold_every_listed_image_once() -> None:
    for count in (0, 1, 72, 73, 200):
        listed = np.arange(count)
        sheets = [sheet_images(listed, number) for number in range(1, sheet_count(listed) + 1)]
        assert np.array_equal(np.concatenate(sheets), listed)
        assert all(len(sheet) == 72 for sheet in sheets[:-1])
    assert [sheet_of(np.arange(1000, 2000), image) for image in (1000, 1071, 1072, 1999, 7)] == [1, 1, 2, 14, 1]


def test_closest_to_differing_comes_first(comparison: Comparison) -> None:
    order = select_images(comparison, Show.CLOSEST)
    factors = comparison.flip_factors[order]
    assert np.all(np.diff(factors) >= 0)
    assert comparison.closest_image == order[0]
    assert np.isfinite(factors).all()


def test_probabilities_are_the_softmax_of_the_logits(comparison: Comparison) -> None:
    """By the definition, for one image."""
    z = comparison.reference.logits[0].astype(float)
    assert comparison.reference.probabilities[0] == pytest.approx(np.exp(z) / np.exp(z).sum())


@pytest.mark.parametrize("largest", [1.0, 1e3, 1e30, np.inf])
def test_the_softmax_is_scipys_whatever_the_size_of_logits(largest: float) -> None:
    logits = np.random.default_rng(0).normal(size=(50, 10)).astype(np.float32)
    logits[:, 3] *= largest
    with np.errstate(invalid="ignore"):
        expected = scipy.special.softmax(logits.astype(np.float64), axis=-1)
    assert_allclose(softmax(logits), expected, rtol=1e-14)


@pytest.mark.parametrize(("lost", "is_significant"), [(5, False), (6, True)])
def test_five_lost_answers_may_be_chance_and_six_are_not(lost: int, is_significant: bool) -> None:
    """By hand: 2 / 2⁵ = 0.0625 and 2 / 2⁶ = 0.03125. The changed images are the first ones."""
    right = np.zeros((20, 10), np.float32)
    right[:, 0] = 1
    wrong = right.copy()
    wrong[:lost, 1] = 2
    labels = np.zeros(20, np.uint8)
    found = Comparison(Evaluation(right, labels, 2), Evaluation(wrong, labels, 1))
    assert found.is_difference_significant is is_significant
    assert found.changed_and_exposed(lost - 1) == (lost - 1, lost - 1)
    assert found.changed_and_exposed(20) == (lost, lost)
