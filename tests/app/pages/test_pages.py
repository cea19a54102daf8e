"""Each page through Streamlit's own test driver: what it says, what it does with bad input."""

import functools
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fp16core.evaluate.comparison import Comparison
from fp16core.evaluate.evaluation import Evaluation
from fp16core.images.stages import StageName
from fp16core.reading.rule_check import check_rule
from fp16core.runs.pair import BUNDLED, BUNDLED_PAIRS
from fp16core.text import count_text
from pages.digits.words import answer_words
from tests.helpers.apps.driving import (
    OF_NO_PAIR,
    charts,
    component,
    digits_of,
    errors,
    picture,
    ranges,
    reads,
    upload,
    visit,
    words,
)
from tests.helpers.files.made import file_of
from tests.helpers.places import PAGES, TestSet, page_file

pytestmark = pytest.mark.usefixtures("cold_caches")

WAITING = ("start", "train", "your_model")
"""Pages that have nothing to draw before a visitor gives them something."""


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_without_an_error(page: str, small_dataset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if page == "limits":  # which runs the model in 168 formats; its own tests do so on all images
        monkeypatch.setenv("HALFBITS_MNIST", str(small_dataset))
    app = visit(page)
    assert not app.exception
    assert not app.error
    assert len(app.title) == 1
    assert charts(app) or page in (*WAITING, "digits")
    for field in app.number_input:
        assert ranges(field), f"{field.label} says which numbers it takes"


def test_the_sidebar_names_the_active_pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert visit().sidebar.selectbox(key="model").value == "Bundled pair"
    monkeypatch.setenv("HALFBITS_PAIR", str(shutil.copytree(BUNDLED, tmp_path / "my-run")))
    assert visit().sidebar.selectbox(key="model").value == "my-run"


def test_digits_filters_and_chooses_the_first_match(comparison: Comparison) -> None:
    app = visit("digits")
    app.selectbox(key="true").select("3").run()
    first = int((comparison.labels == 3).argmax())
    assert app.number_input(key="image").value == first
    assert f"{(comparison.labels == 3).sum():,} images" in words(app)
    app.number_input(key="image").set_value(1242).run()
    card = component(app, "answer_card")
    assert card["title"] == f"Image 1,242: a {comparison.labels[1242]}"
    assert card["reference"] == comparison.reference.logits[1242].tolist()
    assert card["target"] == comparison.target.logits[1242].tolist()
    assert not app.exception


@pytest.mark.parametrize(
    ("image", "title", "is_reserved"),
    [
        (0, "Looks like a 7", False),
        (61, "Barely looks like an 8", True),
        (217, "May be a 6: less than half sure", True),
    ],
)
def test_an_answer_is_stated_with_the_reserve_that_it_deserves(image: int, title: str, is_reserved: bool) -> None:
    app = visit("digits")
    app.number_input(key="image").set_value(image).run()
    likeness = component(app, "answer_card")["likeness"]
    assert (likeness["title"], likeness["isReserved"], likeness["isDoubted"]) == (title, is_reserved, False)
    assert likeness["words"].endswith(" of the test images, limit\u00a01")


def test_other_networks_are_marked_as_wrong_only_where_the_true_digit_is_known(test_set: TestSet) -> None:
    """At 1,242 float16 alone is wrong; at 18 (a 3) and 92 (a 9) five epochs are, at 92 one epoch is wrong as well."""

    def standings() -> list[str]:
        return [standing for *_, standing in component(app, "answer_card")["others"]]

    app = visit("digits")
    for image, expected in ((1242, ["", ""]), (18, ["wrong", ""]), (92, ["wrong", ""])):
        app.number_input(key="image").set_value(image).run()
        assert standings() == expected
    app = upload(digits_of("Upload"), ("3.png", picture(test_set, 18)), ("a three.png", picture(test_set, 18)))
    assert standings() == ["differs", ""]


def test_digits_says_so_when_nothing_fits(comparison: Comparison) -> None:
    absent = next(d for d in range(10) if comparison.reference.confusion[0, d] + comparison.target.confusion[0, d] == 0)
    app = visit("digits")
    app.selectbox(key="true").select("0").run()
    app.selectbox(key="predicted").select(str(absent)).run()
    assert "No image fits these filters" in words(app)
    assert not app.exception


def test_digits_lists_the_images_where_models_differ(comparison: Comparison) -> None:
    app = visit("digits")
    app.pills(key="show").set_value("models differ").run()
    assert not app.exception
    assert count_text(comparison.changed_predictions, "image") in words(app)


@pytest.mark.parametrize("page", [page for page in PAGES if page not in OF_NO_PAIR])
def test_an_altered_pair_is_a_sentence_on_every_page(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Path(shutil.copytree(BUNDLED, tmp_path / "broken"))
    (broken / "mnist_model_quant_f16.tflite").write_bytes(b"TFL3")
    monkeypatch.setenv("HALFBITS_PAIR", str(broken))
    app = visit(page)
    assert not app.exception
    (error,) = errors(app)
    assert "mnist_model_quant_f16.tflite was altered or cut off" in error
    assert len(app.title) == 1


def test_a_wrong_data_set_leaves_the_page_of_weights_working(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALFBITS_MNIST", str(tmp_path / "absent.npz"))
    assert "absent.npz: the file does not exist" in errors(visit())[0]
    assert "absent.npz" in errors(visit("digits"))[0]
    weights = visit("bits")
    assert not weights.error
    assert not weights.exception


def test_an_uploaded_digit_is_read_and_every_stage_shown(test_set: TestSet) -> None:
    app = upload(digits_of("Upload"), ("seven.png", picture(test_set, 0)))
    assert not app.exception
    assert not app.error
    assert reads(app) == ["7", "7"]
    strip = next(block.proto.body for block in app.get("html") if 'class="stages"' in block.proto.body)
    assert strip.count("<figure") == len(StageName)
    assert strip.count("data:image/png") == len(StageName)
    assert "inverted (dark ink on light paper)" in strip


def test_a_stage_that_is_left_out_is_explained(test_set: TestSet) -> None:
    app = upload(digits_of("Upload"), ("seven.png", picture(test_set, 0)))
    app.pills(key="picture-without").set_value([StageName.POLARITY]).run()
    assert not app.exception
    assert "Without “Make the ink light”, the picture is taken to be light ink on dark paper." in words(app)


def test_a_row_is_read_digit_by_digit(test_set: TestSet) -> None:
    app = upload(digits_of("Upload"), ("row.png", picture(test_set, 0, 1, 2, 3)))
    assert reads(app) == ["7", "7"]
    assert component(app, "answer_card")["digits"] == ["7", "2", "1", "0"]
    app.session_state["place-of-digit"] = 2
    app.run()
    assert not app.exception
    assert component(app, "answer_card")["likeness"]["title"] == "Looks like a 1"
    assert reads(app) == ["1", "1"]


def test_a_row_says_beside_its_digits_how_many_small_marks_are_left_out(test_set: TestSet) -> None:
    levels = 255 - np.kron(np.hstack(list(test_set[0][:2])), np.ones((4, 4), np.uint8))
    app = upload(digits_of("Upload"), ("72.png", file_of(levels)))
    assert component(app, "answer_card")["whole"] == "Reads 72"
    levels[96:106, 108:118] = 0
    upload(app, ("7.2.png", file_of(levels)))
    assert component(app, "answer_card")["whole"] == "Reads 72; 1 small mark left out"


def test_a_row_says_beside_its_digits_how_many_of_them_may_be_no_digits(test_set: TestSet) -> None:
    """The first, which is in view, is a digit; the others are lattices."""
    lattice = np.zeros((28, 28), np.uint8)
    lattice[8:10, 4:24] = lattice[18:20, 4:24] = lattice[4:24, 8:10] = lattice[4:24, 18:20] = 255
    for count in (1, 2):
        marks = [test_set[0][0], *[lattice] * count]
        levels = 255 - np.kron(np.hstack(marks), np.ones((4, 4), np.uint8))
        app = upload(digits_of("Upload"), ("row.png", file_of(levels)))
        card = component(app, "answer_card")
        assert card["likeness"]["title"] == "Looks like a 7"
        assert card["doubted"] == [False, *[True] * count]
        assert card["whole"].endswith(f"; {count} of these {count + 1} may be no digit{'s' if count > 1 else ''}")


def test_another_picture_of_the_same_name_is_another_picture(test_set: TestSet) -> None:
    """Neither the enlargement nor the place of the digit is that of the picture before."""
    app = upload(digits_of("Upload"), ("7.png", picture(test_set, 0, 1)))
    app.session_state["place-of-digit"] = 1
    app.run()
    before = component(app, "answer_card")
    assert reads(app) == ["2", "2"]
    app.session_state["enlarged-by"] = before["about"], 1.5
    app.run()
    assert component(app, "answer_card")["factor"] == 1.5
    app = upload(app, ("7.png", picture(test_set, 2, 3)))
    after = component(app, "answer_card")
    assert reads(app) == ["1", "1"], "the first of its digits"
    assert after["factor"] == 1
    assert after["about"] != before["about"]


def test_an_image_that_a_smaller_data_set_has_not_gives_way_to_the_default(
    small_dataset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = visit("digits")
    app.number_input(key="image").set_value(9_999).run()
    monkeypatch.setenv("HALFBITS_MNIST", str(small_dataset))
    app.run()
    assert not app.exception
    number = app.number_input(key="image")
    assert number.max == 199
    assert 0 <= (number.value or 0) <= 199
    assert component(app, "answer_card")["title"].startswith(f"Image {number.value}: a ")


def test_many_files_are_answered_in_a_table_and_the_unreadable_named(test_set: TestSet) -> None:
    """Two hundred at once: every third is no picture."""
    files = [
        (f"{test_set[1][n]} no. {n}.png", picture(test_set, n)) if n % 3 else (f"*bad*_{n}.png", b"text renamed")
        for n in range(200)
    ]
    app = upload(digits_of("Upload"), *files)
    assert not app.exception
    (refusals,) = app.error
    assert refusals.value.count("this is not an image in a known format") == 67
    assert r"\*bad\*\_198\.png" in refusals.value
    (shown,) = app.dataframe
    assert len(shown.value) == 133
    assert (shown.value["float32 reads"] == shown.value["true"]).mean() > 0.9
    assert re.search(r"Accuracy on the 133 readable pictures .*float32 \*\*\d\d", words(app))
    app.button(key="remove").click().run()
    assert not app.error
    assert not app.dataframe


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "the file is empty"),
        (file_of(Image.new("L", (90, 90), 255)), "no ink stands out"),
        (b"<svg/>", "not an image"),
        (file_of(Image.new("L", (1, 1), 255)), "1 × 1 pixels"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_sentence(data: bytes, sentence: str) -> None:
    app = upload(digits_of("Upload"), ("mine.png", data))
    assert not app.exception
    assert app.error[0].value.startswith(r"- mine\.png\: ")
    assert sentence in app.error[0].value


def test_a_test_image_is_read_as_it_is(comparison: Comparison) -> None:
    app = visit("digits")
    app.number_input(key="image").set_value(1242).run()
    assert reads(app) == [str(comparison.reference.predictions[1242]), str(comparison.target.predictions[1242])]
    app.button(key="random").click().run()
    assert not app.exception


@pytest.mark.parametrize(
    ("gains", "sentence"),
    [
        (
            [0.5, 0.25],
            "float16 changed **none of 2** answers. Image 0 is closest to a change: 2 times its error would do.",
        ),
        ([-0.5, 0], "float16 changed **none of 2** answers."),
        ([0.5, 2], "float16 changed **1 of 2** answers: that of image 1, from 0 to 1."),
        (
            [2, 4],
            "float16 changed **2 of 2** answers. Image 1 needed the smallest share of the error: its answer changed "
            "from 0 to 1.",
        ),
    ],
)
def test_digits_answers_in_a_sentence(gains: list[float], sentence: str) -> None:
    """Gains of the second digit, on a margin of 1."""
    reference = np.array([[9, 8, *[0] * 8]] * 2, np.float64)
    target = reference.copy()
    target[:, 1] += gains
    both = (Evaluation(logits.astype(np.float32), np.zeros(2, np.uint8), 1) for logits in (reference, target))
    assert answer_words(Comparison(*both)) == sentence


def test_digits_opens_at_the_image_that_float16_changed_or_all_but_changed(comparison: Comparison) -> None:
    app = visit("digits")
    closest = int(comparison.flip_factors.argmin())
    assert closest != 0
    assert app.number_input(key="image").value == closest
    assert f"float16 changed **1 of 10,000** answers: that of image {closest:,}, from 4 to 9." in words(app)
    (chosen,) = [image for image in component(app, "contact_sheet")["images"] if image["chosen"]]
    assert chosen["index"] == closest


def test_the_rule_for_what_is_no_digit_is_stated_with_its_measurement(monkeypatch: pytest.MonkeyPatch) -> None:
    """On fewer pictures without a digit than a server draws."""
    monkeypatch.setattr("pages.digits.pictures.check_rule", functools.partial(check_rule, count=120))
    app = visit("digits")
    assert "sampled from the second half" not in words(app), "measured when it is asked for"
    app.session_state["digits-rule"] = True
    app.run()
    text = words(app)
    assert re.search(r"of 2,000 images sampled from the second half it doubts \*\*\d\.\d\d %\*\*", text)
    assert re.search(r"Of 1[012]\d drawn letters", text)


@pytest.mark.parametrize("name", [*BUNDLED_PAIRS][1:])
def test_every_page_works_with_every_bundled_pair(
    name: str, small_dataset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On few test images, as *Limits* runs the model in 168 formats."""
    monkeypatch.setenv("HALFBITS_MNIST", str(small_dataset))
    app = visit()
    app.sidebar.selectbox(key="model").select(name).run()
    for page in (page for page in PAGES if page != "luck"):  # which shows no pair
        app.switch_page(page_file(page)).run()
        assert not app.exception, page
        assert not app.error, page
        assert f"Models: {name}" in words(app), page
        assert charts(app) or page in (*WAITING, "digits"), page
