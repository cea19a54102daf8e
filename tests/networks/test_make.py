"""The kept networks are what the script beside them writes with the TensorFlow of today."""

from typing import Any

import numpy as np
import pytest

from fp16core.convert.from_keras import convert_keras, load_keras
from fp16core.data.mnist import normalise
from fp16core.tflite.reader import read_tflite
from tests.helpers.networks.strangers import FOLDER, NETWORKS, stranger
from tests.helpers.places import TestSet
from tests.networks import make


def structure(model: bytes) -> Any:
    """Shapes and types of all tensors, and the operators between them."""
    file = read_tflite(model)
    tensors = [(tensor.shape, tensor.dtype, tensor.is_constant) for tensor in file.tensors]
    return tensors, [(op.name, op.inputs, op.outputs, op.settings) for op in file.operators]


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", make.NETWORKS)
def test_a_kept_network_has_the_structure_that_tensorflow_gives_it(name: str, test_set: TestSet) -> None:
    model = make.build(name)
    for kept, made in zip((stranger(name).reference, stranger(name).target), convert_keras(model), strict=True):
        assert structure(kept.contents) == structure(made)
    answers = stranger(name).answers
    if name != "heavy":
        found = make.keras_answers(model, normalise(test_set[0][: len(answers)]))
        assert len(answers) == make.ANSWERED_BY_ALL.get(name, make.ANSWERED)
        assert np.abs(found - answers).max() <= 1e-4 * max(1, np.abs(answers).max())
    if name in make.AS_KERAS_TOO:
        again = load_keras(FOLDER / make.file_name(name, "keras"))
        assert all(np.array_equal(a, b) for a, b in zip(again.get_weights(), model.get_weights(), strict=True))


def test_no_ordinary_network_is_forgotten() -> None:
    assert {*make.NETWORKS} == {*NETWORKS, "heavy", "too large"}
    files = {path.name for path in FOLDER.glob("*.tflite")}
    assert files == {make.file_name(n, f"{kind}.tflite") for n in make.NETWORKS for kind in ("reference", "target")}
