"""Logits recorded on an NVIDIA H200 and on an Intel Xeon with AVX512-FP16 are what emulations give, bit for bit."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from fp16core.data.mnist import normalise
from fp16core.evaluate.evaluation import Evaluation
from fp16core.modes.emulated import WAYS, Accounted, account_for
from fp16core.modes.runs import ModeRun
from fp16core.numerics.emulation.network import emulate
from fp16core.numerics.emulation.summation import Summation
from fp16core.recordings.gallery import shipped_recordings
from fp16core.recordings.words import recorded_sums_text
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.tflite.chain import read_chain
from fp16core.tflite.model_file import ModelPair
from fp16core.webgpu.wgsl import Adding
from tests.helpers.places import TestSet

IMAGES = 250

Recorded = dict[str, npt.NDArray[np.float32]]


@pytest.fixture(scope="module")
def logits() -> Iterator[Recorded]:
    """Float16 logits of the bundled float16 file for the first test images; the names say what computed them."""
    path = Path(__file__).parents[2] / "data" / "h200_xeon_logits.npz"
    with np.load(path) as found:
        yield {name: found[name].astype(np.float32) for name in found.files}


@pytest.fixture(scope="module")
def images(test_set: TestSet) -> npt.NDArray[np.float32]:
    return normalise(test_set[0][:IMAGES])


@pytest.mark.parametrize(
    ("name", "sums"),
    [
        ("litert_cpu", (Summation.FUSED_FROM_BIAS, Summation.FUSED_FROM_BIAS)),
        ("litert_gpu_10_at_once", (Summation.SEQUENTIAL, Summation.FOURS_LANES)),
        ("litert_gpu_100_at_once", (Summation.SEQUENTIAL, Summation.FOURS)),
        ("wgsl_fused", (Summation.FUSED, Summation.FUSED)),
        ("wgsl_fused_lanes", (Summation.FUSED, Summation.FUSED_LANES)),
        ("wgsl_apart", (Summation.SEQUENTIAL, Summation.SEQUENTIAL)),
        ("wgsl_apart_lanes", (Summation.SEQUENTIAL, Summation.LANES)),
    ],
)
def test_recorded_logits_are_predicted_bit_for_bit(
    name: str,
    sums: tuple[Summation, Summation],
    logits: Recorded,
    pair: ModelPair,
    images: npt.NDArray[np.float32],
) -> None:
    """By LiteRT's runtimes, and by WGSL shaders that leave fusing to the driver or keep product and sum apart."""
    assert np.array_equal(emulate(read_chain(pair.target), images, *sums), logits[name])


def accounted(logits: npt.NDArray[np.float32], pair: ModelPair, images: npt.NDArray[np.float32]) -> Accounted:
    answers = Evaluation(logits, np.zeros(len(logits), np.uint8), 1)
    return account_for(ModeRun(ExecutionMode.GPU_FLOAT16, 1, answers, answers), pair, images[: len(logits)])


def test_the_way_that_agrees_is_found_and_nothing_is_tried_after_it(
    logits: Recorded, pair: ModelPair, images: npt.NDArray[np.float32]
) -> None:
    found = accounted(logits["litert_cpu"], pair, images)
    assert found.is_predicted
    assert found.best.way == "fused multiply-adds in float16, from the bias on"
    assert found.emulated[-1] is found.best
    assert [each.way for each in found.emulated] == list(WAYS)[: len(found.emulated)]
    assert all(each.exact_share < 0.25 for each in found.emulated[:-1])


def test_one_image_at_once_on_the_h200_is_given_by_none_of_the_known_ways(
    logits: Recorded, pair: ModelPair, images: npt.NDArray[np.float32]
) -> None:
    found = accounted(logits["litert_gpu_1_at_once"], pair, images)
    assert len(found.emulated) == len(WAYS)
    assert not found.is_explained
    assert found.within_bound
    assert found.best.way == "sums in float16, dense ones in fours, shared by 32 threads"
    assert 0.5 < found.best.exact_share < 0.7


def test_what_the_page_says_of_the_recorded_sums_follows_from_the_logits(
    logits: Recorded, pair: ModelPair, images: npt.NDArray[np.float32]
) -> None:
    (recording,) = (each for each in shipped_recordings() if each.name == "h200-xeon.json")
    layers = read_chain(pair.target)
    assert {found.images for found in recording.sums} == {found.images for found in recording.shader_sums} == {IMAGES}
    assert [found.images_at_once for found in recording.sums] == [None, 1, 10, 100]
    for found in recording.sums:
        name = "litert_cpu" if not found.mode.on_gpu else f"litert_gpu_{found.images_at_once}_at_once"
        assert (emulate(layers, images, *WAYS[found.way]) == logits[name]).mean() == found.exact_share
    of_shaders = {Adding.DRIVER: "wgsl_fused", Adding.FUSED: "wgsl_fused", Adding.APART: "wgsl_apart"}
    assert [Adding(found.adding) for found in recording.shader_sums] == [*of_shaders]
    for shader, name in zip(recording.shader_sums, of_shaders.values(), strict=True):
        assert (emulate(layers, images, *WAYS[shader.way]) == logits[name]).mean() == shader.exact_share
    said = recorded_sums_text(recording).splitlines()
    assert said[0] == "The logits of 250 images in float16 arithmetic there, emulated bit for bit:"
    assert "- on the processor: **all logits**, with fused multiply-adds in float16, from the bias on" in said
    assert "- on the GPU, 100 images at once: **all logits**, with sums in float16, dense ones in fours" in said
    assert any(line.startswith("- on the GPU, 1 image at once: no known way gives all") for line in said)


def test_the_h200s_convolution_adds_one_product_after_the_other(
    logits: Recorded, pair: ModelPair, images: npt.NDArray[np.float32]
) -> None:
    """The network without its dense layer; with sums that are otherwise formed, fewer numbers agree."""
    layers, given = read_chain(pair.target), logits["litert_gpu_dense_input"]
    shares = {
        summation: (emulate(layers[:-1], images[: len(given)], summation).reshape(given.shape) == given).mean()
        for summation in Summation
    }
    assert shares.pop(Summation.SEQUENTIAL) == 1
    assert max(shares[s] for s in (Summation.FLOAT32, Summation.FUSED, Summation.FUSED_FROM_BIAS)) < 0.99
