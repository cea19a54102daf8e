"""Start through Streamlit's own test driver: the answer, the sizes, and the image that changed or nearly did."""

import re
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from fp16core.claims.answer import answer
from fp16core.evaluate.casting import casting_of
from fp16core.evaluate.comparison import Comparison
from fp16core.evaluate.evaluation import Evaluation
from fp16core.evaluate.image_report import ImageReport
from fp16core.tflite.model_file import ModelPair
from pages.shared.frame.page_list import TOUR
from pages.start import closest
from tests.helpers.apps.driving import visit, words

pytestmark = pytest.mark.usefixtures("cold_caches")


def test_the_answer_is_the_reports(pair: ModelPair, comparison: Comparison) -> None:
    expected = answer(comparison, casting_of(pair))
    (shown,) = [block for block in visit().markdown if expected.sentence in block.value]
    assert shown.value == f"**{expected.sentence}** {expected.counts}"
    assert expected.remark in shown.help


def test_the_bars_are_as_long_as_the_files_are_large(pair: ModelPair) -> None:
    body = next(block.proto.body for block in visit().get("html") if 'class="sizes"' in block.proto.body)
    parts = [int(number) for number in re.findall(r"--bytes: (\d+)", body)]
    assert [sum(parts[:2]), sum(parts[2:])] == [file.size_bytes for file in pair.files]
    assert f"--most: {max(file.size_bytes for file in pair.files)}" in body


def test_the_way_into_the_tour_is_on_the_first_screen(app: AppTest) -> None:
    (link,) = [link.proto for link in app.get("page_link") if link.proto.label == "Start the tour"]
    assert link.page == TOUR[0].folder


@pytest.fixture
def app() -> AppTest:
    return visit()


def made(*rows: tuple[list[float], list[float]]) -> Comparison:
    """A comparison of models with these first logits, each image a 0."""
    both = np.full((2, len(rows), 10), -9, np.float32)
    for place, (reference, target) in enumerate(rows):
        both[0, place, : len(reference)], both[1, place, : len(target)] = reference, target
    labels = np.zeros(len(rows), np.uint8)
    return Comparison(Evaluation(both[0], labels, 1), Evaluation(both[1], labels, 1))


def report(comparison: Comparison) -> ImageReport:
    return comparison.report(comparison.changed_or_closest_image)


def test_a_changed_image_turns_between_the_answers_of_both_models() -> None:
    found = made(([2, 1], [2, 1.5]), ([2, 1], [1, 1.25]))
    assert closest._faces(report(found)) == (("float32", "0"), ("float16", "1"))
    assert closest._title(found) == "The one image whose answer float16 changed"
    many = made(*[([2.0, 1.0], [1.0, 1.25])] * 12)
    assert closest._title(many) == "One of the 12 images whose answer float16 changed"


def test_without_a_changed_image_the_closest_call_is_shown_with_its_factor() -> None:
    """On the first image, 1 gains 0.25 of the margin of 1; on the second, 0.5."""
    found = made(([2, 1], [2, 1.25]), ([2, 1], [2, 1.5]))
    assert found.changed_or_closest_image == 1
    assert closest._faces(report(found)) == (("both models", "0"), ("float16’s error × 2", "1"))
    assert closest._title(found) == "The closest call: no answer changed"


@pytest.mark.parametrize("target", [[2, 1], [2.5, 1], [2, np.nan]])
def test_where_nothing_would_change_an_answer_the_card_says_so_and_stands_still(
    target: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Equal logits, or an error that favours the answer; an image without numbers was changed."""
    found = made(([2, 1], target), ([2, 1], [2.25, 1]))
    shown: list[dict[str, Any]] = []
    monkeypatch.setattr(closest, "_component", lambda data, **_: shown.append(data[0]))
    closest.show_closest(np.zeros((2, 28, 28), np.uint8), found, found.changed_or_closest_image)
    is_changed = bool(np.isnan(target).any())
    assert shown[0]["turns"] is is_changed
    assert (shown[0]["title"] == "No answer changed, and no multiple of the error would change one") is not is_changed


@pytest.mark.parametrize("target", [1.25, 0.5, 1.0])
def test_the_card_turns_where_another_image_can_change(target: float, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[dict[str, Any]] = []
    monkeypatch.setattr(closest, "_component", lambda data, **_: shown.append(data[0]))
    found = made(([2, 1], [2, target]), ([2, 1], [2, 1.5]))
    closest.show_closest(np.zeros((2, 28, 28), np.uint8), found, found.changed_or_closest_image)
    assert shown[0]["turns"] is True
    assert shown[0]["title"] == "The closest call: no answer changed"


def test_logits_that_are_no_numbers_are_no_answer() -> None:
    found = made(([2, 1], [np.nan, 1]))
    assert closest._faces(report(found)) == (("float32", "0"), ("float16", "nothing"))


def test_the_card_shows_the_image_that_changed(app: AppTest, comparison: Comparison) -> None:
    index = int(np.flatnonzero(comparison.reference.logits.argmax(1) != comparison.target.logits.argmax(1))[0])
    (link,) = [link.proto for link in app.get("page_link") if link.proto.label == "All about this image"]
    assert f"image={index}" in link.query_string
    assert "Half the bits, the same answers?" in words(app)
