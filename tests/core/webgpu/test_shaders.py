"""Shaders for the visitor's GPU, run on Mesa's driver in software: float16 bit for bit, float32 within a bound."""

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import pytest

from fp16core.bench.gpu.device import opened
from fp16core.data.mnist import normalise
from fp16core.numerics.arithmetic import FLOAT32_ARITHMETIC
from fp16core.numerics.bounds import bound_logits
from fp16core.numerics.emulation.network import emulate
from fp16core.numerics.emulation.summation import Summation
from fp16core.tflite.chain import Layer, read_chain
from fp16core.tflite.model_file import ModelPair
from fp16core.vocabulary import ModelFileError
from fp16core.webgpu.plan import plan
from fp16core.webgpu.probes import PROBES, arithmetic
from fp16core.webgpu.wgsl import Precision
from tests.helpers.children.shaders import Wanted
from tests.helpers.networks.chains import CHAINS, Step, chain, chain_pair, fully_connected, reshape
from tests.helpers.networks.strangers import stranger
from tests.helpers.places import ROOT, TestSet

IMAGES = 30

BUNDLED = "bundled"

GUESTS = ("dense only", "two convolutions", "batch of 1", "batch of 7", "depthwise", "too large")

NETWORKS = (BUNDLED, *GUESTS, *(f"drawn: {name}" for name in CHAINS))

PROGRAMS = [("f16", "driver"), ("f32", "driver")]
EVERY = [*PROGRAMS, ("f16", "fused"), ("f16", "apart"), ("f16", "probe"), ("f32", "probe")]


def pair_named(name: str, pair: ModelPair) -> ModelPair:
    if name.startswith("drawn: "):
        return chain_pair(name.removeprefix("drawn: "))
    return pair if name == BUNDLED else stranger(name).pair


Runs = dict[tuple[str, str, str], npt.NDArray[np.float32]]


@pytest.fixture(scope="module")
def runs(mesa: str, pair: ModelPair, test_set: TestSet, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    """Results of the driver, by network, precision and way."""
    folder = tmp_path_factory.mktemp("shaders")
    request, answer = folder / "request", folder / "answer.npz"
    messages = [plan(read_chain(pair_named(n, pair).target)).message(test_set[0][:IMAGES]).data for n in NETWORKS]
    wanted: Wanted = [(m, EVERY if n == BUNDLED else PROGRAMS) for n, m in zip(NETWORKS, messages, strict=True)]
    request.write_bytes(pickle.dumps(wanted))
    subprocess.run(
        [sys.executable, "-m", "tests.helpers.children.shaders", str(request), str(answer)],
        cwd=ROOT,
        env={"XDG_RUNTIME_DIR": str(folder), **os.environ, "VK_DRIVER_FILES": mesa},
        check=True,
        timeout=240,
    )
    with np.load(answer) as found:
        yield {
            (name, precision, way): found[f"{place} {precision} {way}"]
            for place, name in enumerate(NETWORKS)
            for precision, way in (EVERY if name == BUNDLED else PROGRAMS)
        }


@pytest.mark.parametrize("name", NETWORKS)
def test_float16_shaders_compute_what_the_emulation_does_bit_for_bit(
    name: str, runs: Runs, pair: ModelPair, test_set: TestSet
) -> None:
    layers = read_chain(pair_named(name, pair).target)
    expected = emulate(layers, normalise(test_set[0][:IMAGES]), Summation.SEQUENTIAL)
    assert np.array_equal(runs[name, "f16", "driver"], expected)
    if name == BUNDLED:
        # Mesa rounds the product of an ``fma`` in float16, as WGSL allows.
        for way in ("fused", "apart"):
            assert np.array_equal(runs[name, "f16", way], expected)


@pytest.mark.parametrize("name", NETWORKS)
def test_float32_shaders_stay_within_the_bound_of_float32_arithmetic(
    name: str, runs: Runs, pair: ModelPair, test_set: TestSet
) -> None:
    layers, found = read_chain(pair_named(name, pair).target), runs[name, "f32", "driver"]
    stored = [(x.weights_key, x.weights) for x in layers] + [(x.bias_key, x.bias) for x in layers]
    none = {key: np.zeros(values.shape) for key, values in stored if values is not None}
    bounds = bound_logits(layers, none, normalise(test_set[0][:IMAGES]), FLOAT32_ARITHMETIC)
    assert np.all((bounds.low <= found) & (found <= bounds.high))
    assert (bounds.high - bounds.low).max() < 0.01 * max(1, np.abs(found).max())


def test_probes_tell_what_mesas_driver_does(runs: Runs) -> None:
    half, single = (
        arithmetic(PROBES[precision], tuple(runs[BUNDLED, precision.value, "probe"].tolist()))
        for precision in (Precision.FLOAT16, Precision.FLOAT32)
    )
    assert half.is_real
    assert half.overflows
    assert half.keeps_subnormals
    assert not half.fuses
    assert not half.fuses_on_request
    assert single.is_real
    assert single.overflows


def test_probes_tell_float16_from_what_is_computed_in_float32() -> None:
    probe = PROBES[Precision.FLOAT16]
    a, b = probe.factors
    wide = (2049.0, 2.0**-15, 2048 + a * b, 2048 + a * b, 65520.0)
    assert not arithmetic(probe, wide).is_real
    assert not arithmetic(probe, wide).overflows
    flushed = arithmetic(probe, (2048.0, 0.0, 2050.0, 2050.0, float("inf")))
    assert (flushed.is_real, flushed.keeps_subnormals, flushed.fuses, flushed.overflows) == (True, False, True, True)


@pytest.mark.parametrize(("precision", "real"), [(Precision.FLOAT32, np.float32), (Precision.FLOAT16, np.float16)])
def test_the_probes_numbers_are_those_of_correct_rounding(precision: Precision, real: type[np.floating]) -> None:
    """By NumPy: the product and the sum each rounded to the type, or once."""
    probe = PROBES[precision]
    given = np.array(probe.given, real)
    assert given.tolist() == list(probe.given), "numbers that the type holds"
    with np.errstate(over="ignore"):
        assert given[0] + given[1] == probe.integer
        assert given[2] * given[3] == probe.smallest_normal / 2
        assert given[0] + given[4] * given[5] == probe.integer
        assert np.isinf(given[6] + given[7])
    exact = given[:6].astype(np.longdouble)
    assert (exact[0] + exact[4] * exact[5]).astype(real) == probe.fused


def test_a_message_holds_the_images_and_the_numbers_of_both_precisions(pair: ModelPair, test_set: TestSet) -> None:
    found = plan(read_chain(pair.target))
    document, blocks = opened(found.message(test_set[0][:7]).data)
    assert blocks["pixels"] == test_set[0][:7].tobytes()
    assert document["images"] == 7
    for precision, dtype in (("f32", "<f4"), ("f16", "<f2")):
        steps = document["programs"][precision]["driver"]
        assert [step["made"] for step in steps] == [784, 26 * 26 * 12, 13 * 13 * 12, 10]
        for step in steps:
            assert step["stored"]["offset"] % 256 == 0
        place = steps[-1]["stored"]
        numbers = np.frombuffer(blocks[precision], dtype, offset=place["offset"], count=20_290)
        layer = read_chain(pair.target)[-1]
        assert isinstance(layer, Layer)
        assert layer.weights is not None
        assert layer.bias is not None
        assert np.array_equal(numbers, np.concatenate([layer.weights.ravel(), layer.bias]).astype(dtype))
    assert set(document["programs"]["f16"]) == {"driver", "fused", "apart"}


def test_a_message_for_drawings_holds_no_image_and_what_one_needs(pair: ModelPair) -> None:
    found = plan(read_chain(pair.target))
    document, blocks = opened(found.drawing_message)
    whole, others = opened(found.message(np.zeros((4, 28, 28), np.uint8)).data)
    assert document["atOnce"] == 1
    assert blocks == {name: data for name, data in others.items() if name != "pixels"}
    for precision, ways in document["programs"].items():
        assert ways == {"driver": whole["programs"][precision]["driver"]}
    assert len(found.drawing_message) < 120_000, "bytes that travel once, after a click"


def test_calls_keep_to_what_every_device_allows(pair: ModelPair) -> None:
    for name in (BUNDLED, *GUESTS):
        document, _ = opened(
            plan(read_chain(pair_named(name, pair).target)).message(np.zeros((1, 28, 28), np.uint8)).data
        )
        for step in document["programs"]["f32"]["driver"]:
            assert document["atOnce"] % 4 == 0
            assert document["atOnce"] * step["made"] <= 65_535 * document["workgroup"]
            assert document["atOnce"] * step["made"] * 4 <= 1 << 27


def drawn(*steps: Step, image: tuple[int, ...] = (28, 28)) -> tuple[Layer, ...]:
    return read_chain(chain(*steps, image=image))


def wide() -> tuple[Layer, ...]:
    """More than a million results of an image."""
    layers = drawn(reshape(28, 28, 1), fully_connected(10))
    return (layers[0], Layer(layers[2].operator, (1_100_000,), np.zeros((1_100_000, 1), np.float16)), layers[2])


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        (wide, "a layer of the network makes 1,100,000 numbers of an image"),
        (lambda: read_chain(chain(reshape(28, 28, 1), fully_connected(7))), "ends in an array of 7; expected 10"),
        (
            lambda: read_chain(chain(reshape(81), fully_connected(10), image=(9, 9))),
            "begins with RESHAPE of other images",
        ),
        (
            lambda: read_chain(chain(reshape(784), *[fully_connected(10)] * 40)),
            "has 81 layers; a browser runs at most 64",
        ),
    ],
)
def test_networks_that_no_browser_would_run_are_refused(layers: Callable[[], tuple[Layer, ...]], words: str) -> None:
    with pytest.raises(ModelFileError, match=words):
        plan(layers())
