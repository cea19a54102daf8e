"""Pages of the numerics lab with pairs that are not the bundled one, and few images."""

import json
from pathlib import Path

import pytest

from fp16core.runs.pair import BUNDLED
from fp16core.runs.record import REFERENCE_FILE, RUN_FILE, TARGET_FILE, file_record
from fp16core.tflite.model_file import ModelPair
from tests.helpers.apps.driving import visit, words
from tests.helpers.networks.edited import odd_pair

pytestmark = pytest.mark.usefixtures("cold_caches")

LAB = ("bits", "size", "layers", "answers", "limits")


@pytest.mark.parametrize("kind", ["quantizer", "same", "overflow", "bias overflow", "zeros", "not a number"])
def test_the_lab_copes_with_odd_pairs(
    kind: str, pair: ModelPair, small_dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = dict(zip((REFERENCE_FILE, TARGET_FILE), odd_pair(kind, pair), strict=True))
    for name, model in files.items():
        (tmp_path / name).write_bytes(model.contents)
    run = json.loads((BUNDLED / RUN_FILE).read_text())
    run["files"] = {name: file_record(model.contents) for name, model in files.items()}
    (tmp_path / RUN_FILE).write_text(json.dumps(run))
    monkeypatch.setenv("HALFBITS_PAIR", str(tmp_path))
    monkeypatch.setenv("HALFBITS_MNIST", str(small_dataset))
    for page in LAB:
        app = visit(page)
        assert not app.exception, page
        assert not app.error, (page, app.error[0].value)
        assert len(app.title) == 1
        text = words(app)
        assert " nan" not in text, (page, text)
        assert " inf " not in text, (page, text)
        assert "not a number ×" not in text, (page, text)
        if page == "answers":
            assert ("that got no answer" in text) == (kind in {"overflow", "not a number"})
            assert kind != "not a number" or "Without 200 images" in text
        assert not {metric.value for metric in app.metric if "nan" in metric.value or "inf " in metric.value}
