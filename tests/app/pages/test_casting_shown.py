"""Warnings that users see first: a target without float16 weights, and weights too large for float16."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from fp16core.convert.quantizer import quantize_tflite
from fp16core.data.mnist import normalise
from fp16core.evaluate.casting import NO_FLOAT16
from fp16core.lab.conversions import with_first_weight
from fp16core.runtime.classifier import Classifier
from fp16core.text import count_text
from fp16core.tflite.model_file import ModelFile, ModelPair
from tests.helpers.apps.driving import OF_NO_PAIR, visit, words
from tests.helpers.apps.your_files import tried
from tests.helpers.commands import cli, document
from tests.helpers.files.reports import Parsed
from tests.helpers.files.stores import altered_pair
from tests.helpers.networks.edited import older
from tests.helpers.networks.handmade import LARGE, dense, scaled
from tests.helpers.networks.strangers import kept
from tests.helpers.places import PAGES, TestSet

KERNEL = "conv_2d.kernel"


def warnings(app: AppTest) -> list[str]:
    return [warning.value for warning in app.warning]


@pytest.fixture(scope="module")
def infinite(pair: ModelPair) -> ModelFile:
    """The bundled reference with one weight of 70,000."""
    return with_first_weight(pair.reference, KERNEL, 70_000)


@pytest.fixture(scope="module")
def effect(infinite: ModelFile, test_set: TestSet) -> str:
    """Its effect on the answers, counted on the logits themselves."""
    logits = Classifier(quantize_tflite(infinite)).logits(normalise(test_set[0]))
    assert np.isfinite(Classifier(infinite).logits(normalise(test_set[0]))).all()
    spoiled, unanswered = (~np.isfinite(logits)).any(axis=1).sum(), np.isnan(logits).any(axis=1).sum()
    return (
        f"On {spoiled:,} of 10,000 test images the target gives a logit that is infinite or not a number (NaN), though "
        f"the reference's are all finite; {unanswered:,} of them get no answer."
    )


TOO_LARGE = f"Too large for float16, now infinite: 1 weight ({KERNEL}: 1)."


def test_converting_an_older_file_halves_it_and_says_what_was_filled_in(pair: ModelPair, tmp_path: Path) -> None:
    (tmp_path / "old.tflite").write_bytes(older(pair.reference).contents)
    done = cli("convert", tmp_path / "old.tflite", "--out", tmp_path / "out", "--json")
    assert done.returncode == 0, done.stderr
    found = document(done)
    assert 1.8 < found["size_ratio"] < 2
    assert found["casting"]["holds_float16"] is True
    (remark,) = found["casting"]["remarks"]
    assert remark.startswith("Its operator codes stood where only older converters look; they were filled in")
    weights = ModelFile((tmp_path / "out" / "old_quant_f16.tflite").read_bytes()).graph.weights()
    assert weights[KERNEL].dtype == "float16"


def test_converting_says_what_became_infinite_and_what_that_does(
    infinite: ModelFile, effect: str, tmp_path: Path
) -> None:
    (tmp_path / "large.tflite").write_bytes(infinite.contents)
    done = cli("convert", tmp_path / "large.tflite", "--out", tmp_path / "out", COLUMNS="200")
    assert done.returncode == 1, done.stderr
    assert done.stdout.splitlines()[:2] == [TOO_LARGE, effect]
    files = [tmp_path / "out" / name for name in ("large.tflite", "large_quant_f16.tflite")]
    compared = cli("compare", "--reference", files[0], "--target", files[1])
    assert compared.stdout.splitlines()[:2] == [TOO_LARGE, effect]
    found = document(cli("compare", "--reference", files[0], "--target", files[1], "--json"))["casting"]
    assert found["became_infinite"] == {KERNEL: 1}
    assert found["remarks"] == [TOO_LARGE, effect]


@pytest.mark.tensorflow
def test_converting_keras_says_what_was_clamped(tmp_path: Path) -> None:
    """Three of ten times 784 weights, by TensorFlow's converter."""
    (tmp_path / "large.keras").write_bytes(kept("too large", "keras"))
    done = cli("convert", tmp_path / "large.keras", "--out", tmp_path / "out", "--json")
    assert done.returncode == 0, done.stderr
    found = document(done)["casting"]
    assert found["clamped"] == {"fully_connected.weights": 3}
    assert found["became_infinite"] == {}
    assert (found["test_images"], found["images_with_unusable_scores"]) == (10_000, 0)
    changed = count_text(found["changed_predictions"], "x").removesuffix(" x").removesuffix(" xs")
    assert found["remarks"][1] == f"No logit becomes infinite or NaN by it; {changed} of 10,000 answers differ."


def test_converting_a_network_that_reads_no_digits_still_counts_its_weights(tmp_path: Path) -> None:
    (tmp_path / "wide.tflite").write_bytes(dense(np.tile(LARGE, (2, 1))).contents)
    done = cli("convert", tmp_path / "wide.tflite", "--out", tmp_path / "out", "--json")
    assert done.returncode == 1, done.stderr
    counted, effect = document(done)["casting"]["remarks"]
    assert counted == "Too large for float16, now infinite: 6 weights (fully_connected.weights: 6)."
    assert effect.startswith(
        "The effect on the answers was not measured: wide.tflite returns float32 n × 20; expected float32"
    )


def test_a_conversion_that_casts_nothing_says_so_first_and_is_no_success(tmp_path: Path) -> None:
    (tmp_path / "scaled.tflite").write_bytes(scaled(np.ones((1, 4), np.float32)).contents)
    done = cli("convert", tmp_path / "scaled.tflite", "--out", tmp_path / "out")
    assert done.returncode == 1
    assert done.stdout.startswith(NO_FLOAT16)


def test_every_command_says_first_that_nothing_is_float16(pair: ModelPair, tmp_path: Path, small_dataset: Path) -> None:
    folder = altered_pair(tmp_path / "same", pair.reference, pair.reference)
    settings = {"HALFBITS_PAIR": str(folder), "HALFBITS_MNIST": str(small_dataset)}
    from PIL import Image

    Image.fromarray(np.zeros((28, 28), np.uint8)).save(picture := tmp_path / "blank.png")
    for command in (
        ("compare",),
        ("predict", picture),
        ("runtimes", "--limit", 20, "--no-latency"),
        ("report", "--out", tmp_path / "report.html"),
    ):
        done = cli(*command, VK_DRIVER_FILES="/nowhere.json", **settings)
        first = "The target holds no float16 weights: " if command[0] == "report" else NO_FLOAT16
        assert done.stdout.startswith(first), (command, done.stderr)
    report = Parsed((tmp_path / "report.html").read_bytes())
    found = report.json("data")
    assert found["answer"]["kind"] == "not_float16"
    assert found["comparison"]["casting"]["holds_float16"] is False
    assert not [claim for claim in found["claims"] if claim["verdict"] == "holds" and "float16" in claim["measured"]]
    assert "Below, float16 denotes the target file" in report.words
    assert "the answer is about float16 weights" not in report.words


def test_a_report_names_weights_that_became_infinite(infinite: ModelFile, tmp_path: Path, small_dataset: Path) -> None:
    folder = altered_pair(tmp_path / "infinite", infinite, quantize_tflite(infinite))
    out = tmp_path / "report.html"
    done = cli("report", "--out", out, HALFBITS_PAIR=str(folder), HALFBITS_MNIST=str(small_dataset))
    assert done.returncode == 0, done.stderr
    found = Parsed(out.read_bytes())
    remarks = found.json("data")["comparison"]["casting"]["remarks"]
    assert remarks[0] == TOO_LARGE
    assert all(remark in found.words for remark in remarks)
    assert "of 200 test images the target gives a logit" in remarks[1]


@pytest.mark.usefixtures("cold_caches")
@pytest.mark.parametrize("page", PAGES)
def test_every_page_about_the_pair_says_first_that_nothing_is_float16(
    page: str, pair: ModelPair, tmp_path: Path, small_dataset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = altered_pair(tmp_path / "same", pair.reference, pair.reference)
    monkeypatch.setenv("HALFBITS_PAIR", str(folder))
    monkeypatch.setenv("HALFBITS_MNIST", str(small_dataset))
    app = visit(page)
    assert not app.exception
    assert warnings(app) == ([] if page in OF_NO_PAIR else [NO_FLOAT16])
    if page not in OF_NO_PAIR:
        shown = [type(element).__name__ for element in app.main]
        assert shown.index("Warning") == shown.index("Title") + 1
    if page == "claims":
        assert "11 cannot be judged" in words(app)  # also the accuracy of a training, on other images than its own
    if page == "start":
        assert "nothing here is about float16.** The target file has 100.00 % of the float32 file’s size" in words(app)
    if page == "limits":
        app.session_state["limits-bytes"] = True
        app.run()
        assert "There is no file of float16 to show: the target holds none" in words(app).replace("\\", "")


@pytest.mark.usefixtures("cold_caches")
def test_start_claims_and_your_files_say_what_became_infinite(
    infinite: ModelFile, effect: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = tried(visit("your_model"), ("large.tflite", infinite.contents))
    assert warnings(app) == [f"{TOO_LARGE}  \n{effect}"]
    assert TOO_LARGE not in words(app).replace("\\", ""), "once is enough"
    folder = altered_pair(tmp_path / "infinite", infinite, quantize_tflite(infinite))
    monkeypatch.setenv("HALFBITS_PAIR", str(folder))
    assert warnings(visit()) == warnings(visit("claims")) == [f"{TOO_LARGE}  \n{effect}"]


@pytest.mark.usefixtures("cold_caches")
def test_your_files_say_first_that_the_second_file_is_not_float16(pair: ModelPair) -> None:
    app = tried(
        visit("your_model"), ("mine.tflite", pair.reference.contents), ("half.tflite", older(pair.reference).contents)
    )
    assert warnings(app) == [NO_FLOAT16]
    assert "The target file has " in words(app)
    assert "The float16 file has" not in words(app)
