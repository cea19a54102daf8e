"""Doubts of `predict`: those of the page *Digits*, at no cost for usual pictures."""

import json
from argparse import Namespace
from collections import Counter
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from fp16core.commands import predict as command
from fp16core.images.prepare import prepare_image
from fp16core.reading.likeness import Likeness
from fp16core.reading.non_digits import non_digits
from fp16core.reading.reading import read_picture
from fp16core.runs.pair import BUNDLED_PAIRS
from fp16core.runtime.classifier import Classifier
from tests.helpers.places import TestSet


@pytest.fixture
def rules(monkeypatch: pytest.MonkeyPatch, rule: Likeness) -> list[Likeness]:
    """Rules that the command has made."""
    made: list[Likeness] = []

    def counted(_pair: object) -> Likeness:
        made.append(rule)
        return rule

    monkeypatch.setattr(command, "_rule", counted)
    return made


def test_doubts_are_those_of_the_page(
    tmp_path: Path,
    models: tuple[Classifier, Classifier],
    rule: Likeness,
    rules: list[Likeness],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Of six pictures without a digit: some are doubted, one in both of its marks, and some not."""
    pictures = {tmp_path / f"{number}.png": picture for number, picture in enumerate(non_digits(6))}
    for path, picture in pictures.items():
        picture.save(path)
    done = command.predict(Namespace(files=[*pictures]))
    examined = [row for row in done.document if row["doubted"] is not None]
    sentences = []
    for row in examined:
        reading = read_picture(models, rule, prepare_image(pictures[Path(row["file"])], row["file"]))
        assert [digit["doubted"] for digit in row["digits"]] == reading.doubted.tolist()
        assert row["doubted"] is bool(reading.doubted.any())
        likenesses = [digit["likeness"] for digit in row["digits"]]
        assert [found["distance"] for found in likenesses] == pytest.approx(reading.distances.tolist(), rel=1e-5)
        assert [found["nearest_test_image"] for found in likenesses] == reading.nearest.tolist()
        for place in np.flatnonzero(reading.doubted):
            subject = "This" if len(likenesses) == 1 else f"Digit {place + 1}"
            sentences.append(f"{row['file']}: {subject} does not look like a")
    assert {row["doubted"] for row in examined} == {True, False}
    assert any("Digit 2" in sentence for sentence in sentences)
    assert len(rules) == 1
    done.show()
    said = " ".join(capsys.readouterr().out.split())
    assert said.count("does not look like") == len(sentences)
    assert all(sentence in said for sentence in sentences)
    json.dumps(done.document, allow_nan=False)


@pytest.mark.usefixtures("rules")
def test_each_model_reads_a_doubtful_picture_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: Counter[Classifier] = Counter()
    usual = Classifier.logits

    def counted(model: Classifier, inputs: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        calls[model] += 1
        return usual(model, inputs)

    monkeypatch.setattr(Classifier, "logits", counted)
    monkeypatch.setattr("fp16core.reading.turning.sure_turns", lambda *_args: [])
    for number, picture in enumerate(non_digits(3)):
        picture.save(tmp_path / f"{number}.png")
    done = command.predict(Namespace(files=sorted(tmp_path.iterdir())))
    assert any(row["doubted"] is not None for row in done.document)
    assert [*calls.values()] == [3] * 2 * len(BUNDLED_PAIRS)


def test_a_usual_picture_is_not_compared_with_test_images(
    tmp_path: Path, test_set: TestSet, rules: list[Likeness], capsys: pytest.CaptureFixture[str]
) -> None:
    Image.fromarray(test_set[0][0]).save(tmp_path / "7.png")
    done = command.predict(Namespace(files=[tmp_path / "7.png"]))
    (row,) = done.document
    assert (row["reference"]["digit"], row["doubted"], row["likeness"], row["turn"]) == (7, None, None, None)
    assert rules == []
    done.show()
    assert "look like" not in capsys.readouterr().out


@pytest.mark.usefixtures("rules")
def test_small_marks_that_are_left_out_are_told(
    tmp_path: Path, test_set: TestSet, capsys: pytest.CaptureFixture[str]
) -> None:
    levels = np.kron(np.hstack(list(test_set[0][:2])), np.ones((4, 4), np.uint8))
    Image.fromarray(levels).save(tmp_path / "72.png")
    levels[96:106, 108:118] = 255
    Image.fromarray(levels).save(tmp_path / "7.2.png")
    done = command.predict(Namespace(files=[tmp_path / "72.png", tmp_path / "7.2.png"]))
    assert [row["marks_left_out"] for row in done.document] == [0, 1]
    done.show()
    said = " ".join(capsys.readouterr().out.split())
    assert "7.2.png: 1 small mark left out." in said
    assert said.count("left out") == 1
