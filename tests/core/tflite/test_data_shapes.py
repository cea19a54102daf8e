"""Operators whose memory depends on the pixels are found, and a model with one is refused."""

import numpy as np
import pytest

from fp16core.bench.strangers.hostile_models import SIZED, sized_by_likeness
from fp16core.tflite.data_shapes import sized_by_data
from fp16core.tflite.model_file import ModelFile, ModelPair
from fp16core.vocabulary import ModelFileError
from fp16core.worker.trial.inspection import check_file
from tests.helpers.networks.strangers import NETWORKS, stranger

IMAGE = np.eye(28, dtype=np.uint8) * 255


@pytest.mark.tensorflow
@pytest.mark.parametrize("kind", SIZED)
def test_a_size_that_depends_on_the_pixels_is_found_and_refused(kind: str) -> None:
    model = ModelFile(sized_by_likeness(kind, IMAGE, 10**6), "sized.tflite")
    assert [op.name for op in sized_by_data(model.graph)] == [kind]
    with pytest.raises(ModelFileError, match=rf"\({kind}\) takes the size of its result from the pixels"):
        check_file(model)


@pytest.mark.parametrize("name", NETWORKS)
def test_sizes_that_follow_from_the_number_of_images_are_taken(name: str) -> None:
    assert sized_by_data(stranger(name).reference.graph) == ()
    check_file(stranger(name).reference)


def test_the_tutorials_own_files_are_taken(pair: ModelPair) -> None:
    for model in (pair.reference, pair.target):
        assert sized_by_data(model.graph) == ()
