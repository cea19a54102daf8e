"""Answers of several networks to one digit, and the sentence on whose fault a difference is."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fp16core.evaluate.comparison import Comparison, classifiers
from fp16core.evaluate.evaluation import Answers
from fp16core.images.prepare import prepare_test_image
from fp16core.reading.likeness import Likeness, likeness
from fp16core.reading.opinions import LABELS, Opinion, fault, opinions, other_pairs, reserve
from fp16core.reading.reading import read_picture, read_test_image
from fp16core.runs.pair import BUNDLED, BUNDLED_PAIRS, FIVE_EPOCHS, GOOD_NETWORK, load_pair
from tests.helpers.places import TestSet

OWN = Path("digest of a visitor's pair")
NOT_TO_BLAME = "float16 is not to blame: float32 reads 3, too. "

CASES = {
    "all agree": ("B33 F33 G33", "All three networks read 3, in float32 and in float16."),
    "all agree, four": ("O33 B33 F33 G33", "All four networks read 3, in float32 and in float16."),
    "all agree on what looks like no 3": (
        "B33? F33? G33?",
        "All three networks read 3, but it does not look like one.",
    ),
    "only the tutorial's": (
        "B33 F99 G99",
        NOT_TO_BLAME + "After five epochs the same network reads 9, and the good network reads 9, too.",
    ),
    "only the tutorial's, whose answer is doubted": (
        "B33? F99 G99",
        NOT_TO_BLAME + "After five epochs the same network reads 9, and the good network reads 9, too; it looks like a "
        "9.",
    ),
    "five epochs agree": (
        "B33 F33 G88",
        NOT_TO_BLAME + "After five epochs the same network reads 3, too, and the good network reads 8.",
    ),
    "all differ": (
        "B33 F99 G77",
        NOT_TO_BLAME + "After five epochs the same network reads 9, and the good network reads 7; no two of them "
        "agree.",
    ),
    "float16 differs": (
        "B93 F99 G99",
        "float16 is to blame: float32 reads 9, not 3. After five epochs the same network reads 9, too, and the good "
        "network reads 9, too.",
    ),
    "float16 differs elsewhere": (
        "B33 F39 G33",
        NOT_TO_BLAME + "After five epochs the same network reads 3 in float32 and 9 in float16, and the good network "
        "reads 3, too.",
    ),
    "the good network is chosen": (
        "G33 B99 F33",
        NOT_TO_BLAME + "After one epoch the tutorial’s network reads 9, and after five epochs it reads 3, too.",
    ),
    "five epochs are chosen": (
        "F33 B99 G33",
        NOT_TO_BLAME + "After one epoch the same network reads 9, and the good network reads 3, too.",
    ),
    "one's own is chosen": (
        "O33 B33 F99 G99",
        NOT_TO_BLAME + "After one epoch the tutorial’s network reads 3, too, after five epochs it reads 9, and the "
        "good network reads 9, too.",
    ),
    "the others are of two minds on what it looks like": (
        "G99? B22 F99?",
        "float16 is not to blame: float32 reads 9, too. After one epoch the tutorial’s network reads 2, and after five "
        "epochs it reads 9, too.",
    ),
    "no digit": ("B44? F55? G77?", "It looks like none of the digits that the networks read in it: they are guessing."),
}

FOLDERS = {"O": OWN, "B": BUNDLED, "F": FIVE_EPOCHS, "G": GOOD_NETWORK}


@pytest.mark.parametrize("case", CASES)
def test_a_sentence_says_whose_fault_it_is(case: str) -> None:
    """Each word is a pair, its two answers, and a question mark where they look wrong."""
    words, sentence = CASES[case]
    chosen, *others = [Opinion(FOLDERS[word[0]], word[1], word[2], not word.endswith("?")) for word in words.split()]
    assert fault(chosen, others) == sentence


def test_where_the_true_digit_is_known_nobody_is_blamed_for_reading_it() -> None:
    right, wrong = Opinion(BUNDLED, "3", "3"), Opinion(FIVE_EPOCHS, "5", "5")
    said = "After five epochs the same network reads 5."
    assert fault(right, [wrong], "3") == f"float32 and float16 read 3, which is right. {said}"
    assert fault(right, [wrong], "5") == NOT_TO_BLAME + said
    mended = Opinion(BUNDLED, "8", "3")
    assert fault(mended, [wrong], "3") == f"float16 reads 3, which is right; float32 reads 8. {said}"


def test_others_that_agree_confirm_little_where_the_answer_has_a_reserve() -> None:
    reserved = Opinion(BUNDLED, "4", "4", reserve="it barely looks like one")
    others = [Opinion(FIVE_EPOCHS, "4", "4"), Opinion(GOOD_NETWORK, "4", "4")]
    assert fault(reserved, others) == ("All three networks read 4; that confirms little, as it barely looks like one.")
    assert fault(reserved, others, "4") == "All three networks read 4, in float32 and in float16."
    assert fault(reserved, others, "9").endswith("it barely looks like one.")


@pytest.mark.parametrize(
    ("distance", "sharpness", "clause"),
    [
        (0.89, 1, ""),
        (0.91, 1, "it barely looks like one"),
        (0.91, 0.01, "it barely looks like one"),
        (0.89, 0.01, "float32 is less than half sure"),
        (1.01, 1, ""),  # doubted, which says more
    ],
)
def test_an_answer_near_the_limit_or_less_than_half_sure_has_a_reserve(
    distance: float, sharpness: float, clause: str, test_set: TestSet, rule: Likeness, comparison: Comparison
) -> None:
    reading = read_test_image(comparison, rule, test_set[0], 0)
    logits = (reading.answers.reference.logits * sharpness).astype(np.float32)
    answers = replace(reading.answers, reference=Answers(logits))
    distances = np.array([distance * rule.limit], np.float32)
    assert reserve(replace(reading, answers=answers, distances=distances), 0) == clause


def test_the_other_pairs_are_those_that_are_not_chosen() -> None:
    assert other_pairs(BUNDLED) == (FIVE_EPOCHS, GOOD_NETWORK)
    assert other_pairs(OWN) == tuple(BUNDLED_PAIRS.values()) == tuple(LABELS)


@pytest.fixture(scope="module")
def rule(test_set: TestSet, comparison: Comparison) -> Likeness:
    return likeness(test_set[0], comparison)


def test_opinions_are_what_each_pair_reads_itself(test_set: TestSet, rule: Likeness) -> None:
    """On test images, the first six of which the networks read differently."""
    models = {folder: classifiers(load_pair(folder)) for folder in BUNDLED_PAIRS.values()}
    others = {folder: models[folder] for folder in other_pairs(BUNDLED)}
    differing = []
    for index in (18, 62, 92, 149, 193, 195, *range(0, 40, 5)):
        prepared = prepare_test_image(test_set[0][index], str(index), thumbnails=False)
        heard = opinions(others, rule, read_picture(models[BUNDLED], rule, prepared), 0)
        assert [each.folder for each in heard] == list(others)
        for each in heard:
            itself = read_picture(models[each.folder], rule, prepared)
            assert (each.reference, each.target) == (itself.reference_text, itself.target_text)
            assert each.looks_so == (not itself.doubted[0])
            if each.reference != read_picture(models[BUNDLED], rule, prepared).reference_text:
                differing.append(index)
    assert sorted({*differing}) == [18, 62, 92, 149, 193, 195]
