"""The page Luck through Streamlit's own test driver: the answer, its numbers, its choices, a visitor's own study."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from fp16core.figures.base.pictures import digit_png, png_url
from fp16core.figures.crowd import MOST_POINTS
from fp16core.study.rows.file import ROWS_FILE, row_line
from fp16core.study.rows.results import Change
from fp16core.study.rows.row import BUNDLED_DIGEST, DatasetFacts, Row
from fp16core.study.summary import QUANTIZER
from fp16core.training.recipe import Recipe
from tests.helpers.apps.driving import charts, errors, visit, words
from tests.helpers.places import TestSet
from tests.helpers.study.rows import effect, row

pytestmark = pytest.mark.usefixtures("cold_caches")

LONGER = Recipe(epochs=3)


def study_file(folder: Path, rows: Sequence[Row]) -> Path:
    path = folder / ROWS_FILE
    path.write_bytes(b"".join(row_line(each) + b"\n" for each in rows))
    return path


def trainings() -> list[Row]:
    """Twenty trainings of the tutorial's recipe, four changed answers in three of them, and five longer trainings."""
    moved = {
        3: effect(9603, 9602, [Change(8, 5, 5, 6)]),
        7: effect(9607, 9608, [Change(8, 5, 6, 5), Change(321, 1, 7, 7 - 6)]),
        9: effect(9609, 9609, [Change(500, 3, 8, 2)]),
    }
    usual = [row(seed, moved.get(seed, effect(9600 + seed, 9600 + seed))) for seed in range(20)]
    return usual + [row(seed, effect(9700 + seed, 9700 + seed), LONGER) for seed in range(5)]


@pytest.fixture
def shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("HALFBITS_STUDY", str(study_file(tmp_path, trainings())))
    return visit("luck")


def test_the_answer_counts_what_float16_changed_and_what_the_seed_moves(shown: AppTest) -> None:
    assert not shown.exception
    # The accuracies are 96.00, 96.01 … 96.19 %: a standard deviation of √35 hundredths of a point.
    assert (
        "In 20 trainings float16 changed 4 of 200,000 answers; the accuracy never moved by more than 0.01 points, and "
        "the seed moves it by 0.06 points (standard deviation)."
    ) in words(shown)
    assert "**It was not luck**: on average, a change of 0.1 points or more is ruled out." in words(shown)
    numbers = {metric.label: (metric.value, metric.delta) for metric in shown.metric}
    assert numbers["Changed answers per million"] == (
        "20",
        "5.45 to 51.2",
    )  # Garwood's limits of 4: 1.09 and 10.24
    assert numbers["Trainings without a change"] == ("17", "of 20")
    assert numbers["Accuracy, float32"] == ("96.10 %", "96.00 % to 96.19 %")
    assert numbers["Equivalence, p-value"][1] == "within ±0.1 points: shown"


def test_a_smaller_margin_than_float16_moved_is_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moved = [row(seed, effect(9600, 9598 + 4 * (seed % 2))) for seed in range(4)]
    monkeypatch.setenv("HALFBITS_STUDY", str(study_file(tmp_path, moved)))
    app = visit("luck")
    app.number_input(key="luck_margin").set_value(0.01).run()
    assert "an average change of 0.01 points cannot be ruled out" in words(app)
    app.number_input(key="luck_margin").set_value(1.0).run()
    assert "a change of 1 point or more is ruled out" in words(app)


def test_each_recipe_and_each_kind_has_its_own_numbers(shown: AppTest) -> None:
    assert shown.selectbox(key="recipe").options == ["1 epoch (the tutorial’s)", "3 epochs", "All recipes"]
    shown.selectbox(key="recipe").select("3 epochs").run()
    assert "In 5 trainings float16 changed 0 of 50,000 answers" in words(shown)
    shown.selectbox(key="recipe").select("All recipes").run()
    assert "In 25 trainings float16 changed 4 of 250,000 answers" in words(shown)
    shown.selectbox(key="luck_float16").select(QUANTIZER).run()
    assert "In 25 trainings float16 changed 0 of 250,000 answers" in words(shown)


def test_trainings_of_other_networks_and_data_sets_are_kept_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fashion = replace(row(0), dataset=DatasetFacts("Fashion", 60_000, 10_000, "12" * 32))
    rows = [row(0), row(1), fashion, row(0, recipe=Recipe(network="good"))]
    monkeypatch.setenv("HALFBITS_STUDY", str(study_file(tmp_path, rows)))
    app = visit("luck")
    assert not app.exception
    names = app.selectbox(key="recipe").options
    assert len(names) == 4
    counts = {}
    for name in names:
        app.selectbox(key="recipe").select(name).run()
        counts[name] = int(next(m.delta for m in app.metric if m.label == "Trainings without a change").split()[-1])
    assert sorted(counts.values()) == [1, 1, 2, 4]
    assert any("good" in name for name in names)
    assert any("Fashion" in name for name in names)
    app.selectbox(key="recipe").select("All recipes").run()
    assert "These trainings have different data sets, and so different images" in words(app)


def test_images_that_changed_are_shown_only_of_the_bundled_data(shown: AppTest) -> None:
    assert "the answer to 3 images changed at least once, to one of them **2 times**" in words(shown)
    assert "The study’s data set is not the bundled MNIST" in words(shown)
    assert not shown.get("image")
    assert "**bold**" not in words(shown)


def test_pictures_are_those_of_mnist_whatever_the_server_shows(
    tmp_path: Path, small_dataset: Path, test_set: TestSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = effect(9600, 9599, [Change(9000, 1, 1, 7)])
    bundled = replace(row(0, changed), dataset=DatasetFacts("MNIST", 60_000, 10_000, BUNDLED_DIGEST))
    monkeypatch.setenv("HALFBITS_STUDY", str(study_file(tmp_path, [bundled])))
    monkeypatch.setenv("HALFBITS_MNIST", str(small_dataset))
    app = visit("luck")
    assert not app.exception
    (picture,) = app.get("image")
    assert "from float32’s answer to float16’s; the right one is **bold**" in words(app)
    assert png_url(digit_png(test_set[0][9000])) == picture.proto.imgs[0].url


def test_the_points_are_the_trainings(shown: AppTest) -> None:
    strips, scatter = charts(shown)
    assert [len(trace["x"]) for trace in strips["data"]] == [20, 20]
    equal, unchanged, changed = scatter["data"]
    assert equal["mode"] == "lines"
    assert (len(unchanged["x"]), len(changed["x"])) == (17, 3)
    shown.segmented_control(key="luck-view").set_value("Changed answers").run()
    assert charts(shown)[1]["data"][0]["x"] == ["0", "1", "2"]
    assert list(charts(shown)[1]["data"][0]["y"]) == [17, 2, 1]


def test_a_study_of_ones_own_is_shown_and_left_again(shown: AppTest, tmp_path: Path) -> None:
    own = study_file(tmp_path, [row(seed) for seed in range(3)]).read_bytes()
    shown.file_uploader[0].set_value([("mine.jsonl", own, "application/json")]).run()
    assert not shown.exception
    assert "In 3 trainings float16 changed 0 of 30,000 answers" in words(shown)
    assert "You are looking at your own study, **mine\\.jsonl**" in words(shown)
    shown.button(key="study-back").click().run()
    assert "In 20 trainings" in words(shown)


def test_a_damaged_study_is_refused_in_a_sentence_and_the_servers_stays(shown: AppTest, tmp_path: Path) -> None:
    own = study_file(tmp_path, [row(0)]).read_bytes().replace(b'"seed":0', b'"seed":1')
    shown.file_uploader[0].set_value([("mine.jsonl", own, "application/json")]).run()
    assert not shown.exception
    (sentence,) = errors(shown)
    assert "mine.jsonl, line 1 is damaged: its checksum is wrong" in sentence
    assert "In 20 trainings" in words(shown)


def test_without_a_study_the_page_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALFBITS_STUDY", str(tmp_path / "nothing"))
    app = visit("luck")
    assert not app.exception
    assert "the rows of the study cannot be read" in errors(app)[0]


def test_the_claims_get_a_line_from_the_trainings_of_the_pairs_recipe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundled = DatasetFacts("MNIST", 60_000, 10_000, BUNDLED_DIGEST)
    others = [replace(row(seed), dataset=DatasetFacts("Fashion", 60_000, 10_000, "12" * 32)) for seed in range(30)]
    rows = [*others, *(replace(each, dataset=bundled) for each in trainings())]
    monkeypatch.setenv("HALFBITS_STUDY", str(study_file(tmp_path, rows)))
    text = words(visit("claims"))
    assert "in distribution, over 20 trainings: holds; 4 of 200,000 answers changed" in text
    assert "in distribution, over 20 trainings: holds; 96.10 % on average, 96.00 % to 96.19 %" in text


def test_another_pair_in_the_sidebar_plays_no_part(shown: AppTest) -> None:
    sentence = "The models in the sidebar play no part here"
    assert sentence not in words(shown)
    shown.sidebar.selectbox[0].select("Bundled pair, good network").run()
    assert sentence in words(shown)


def test_a_crowd_of_trainings_is_drawn_in_few_marks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [row(seed, effect(9600 + seed % 9, 9600 + seed % 9)) for seed in range(MOST_POINTS + 1)]
    monkeypatch.setenv("HALFBITS_STUDY", str(study_file(tmp_path, rows)))
    app = visit("luck")
    assert not app.exception
    strips, scatter = charts(app)
    assert sum(len(trace["x"]) for chart in (strips, scatter) for trace in chart["data"]) < 100
    assert "The bars count trainings" in words(app)
    assert "Trainings with the same accuracies share a point" in words(app)
