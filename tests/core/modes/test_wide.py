"""The wide network is the same everywhere, and what it is said to be."""

import numpy as np
import pytest

from fp16core.data.mnist import normalise
from fp16core.modes.network import WIDE_SHA256
from fp16core.modes.wide import wide_pair
from fp16core.numerics.emulation.network import is_float16
from fp16core.runtime.classifier import Classifier
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.runtime.fixed_batch import with_fixed_batch
from fp16core.runtime.runner import ModeRunner
from fp16core.tflite.chain import read_chain
from fp16core.tflite.halves import holds_float16_weights
from tests.helpers.places import TestSet


def test_its_files_are_the_same_everywhere() -> None:
    assert tuple(model.sha256 for model in wide_pair().files) == WIDE_SHA256


def test_it_has_six_convolutions_with_128_filters() -> None:
    names = [op.name for op in wide_pair().reference.graph.operators]
    assert names == ["RESHAPE", *["CONV_2D"] * 6, "AVERAGE_POOL_2D", "RESHAPE", "FULLY_CONNECTED"]
    kernels = [layer.weights.shape for layer in read_chain(wide_pair().reference) if layer.weights is not None]
    assert kernels == [(128, 3, 3, 1), *[(128, 3, 3, 128)] * 5, (10, 128)]
    assert holds_float16_weights(wide_pair().target)


def test_its_activations_keep_their_magnitude_in_either_arithmetic(test_set: TestSet) -> None:
    images = normalise(test_set[0][:2])
    usual = Classifier(wide_pair().reference).logits(images)
    assert 0.5 < np.abs(usual).max() < 10
    half = ModeRunner(with_fixed_batch(wide_pair().target, 2), ExecutionMode.CPU_FLOAT16).run(images)
    if not is_float16(half):
        pytest.skip("this processor computes in float32 all the same")
    assert 0 < np.abs(half - usual).max() < 0.05
