"""Pages of the numerics lab with pairs that are not the bundled one, and few images."""

import json
from pathlib import Path

import numpy as np
import pytest

from fp16core.convert.quantizer import quantize_tflite
from fp16core.runs.pair import BUNDLED
from fp16core.runs.record import REFERENCE_FILE, RUN_FILE, TARGET_FILE, file_record
from fp16core.tflite.model_file import ModelFile, ModelPair
from fp16core.tflite.replace import replace_weights
from tests.app.pages.test_pages import visit, words

pytestmark = pytest.mark.usefixtures("cold_caches")

LAB = ("weights", "bits", "files", "layers", "overflow", "dial", "guarantee")


def with_weight(model: ModelFile, key: str, value: float, whole: bool = False) -> ModelFile:
    """The file with the first weight of a tensor, or all of them, set to a value, in the dtype it is stored in."""
    values = model.graph.weights()[key].values.copy()
    with np.errstate(over="ignore"):
        values.flat[: None if whole else 1] = np.float32(value).astype(values.dtype)
    return replace_weights(model, {key: values})


def odd_pair(kind: str, pair: ModelPair) -> tuple[ModelFile, ModelFile]:
    both = pair.reference, pair.target
    match kind:
        case "quantizer":
            return pair.reference, quantize_tflite(pair.reference)
        case "same":
            return pair.reference, pair.reference
        case "overflow":
            first, second = (with_weight(model, "conv_2d.kernel", 1e6) for model in both)
        case "bias overflow":
            first, second = (with_weight(model, "fully_connected.bias", 1e6) for model in both)
        case "zeros":
            first, second = (with_weight(model, "fully_connected.weights", 0, whole=True) for model in both)
        case "not a number":
            first, second = (with_weight(model, "conv_2d.kernel", float("nan"), whole=True) for model in both)
    return first, second


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
        assert not {metric.value for metric in app.metric if "nan" in metric.value or "inf " in metric.value}
