"""Our own cast against TensorFlow's converter, number by number, and the rules that its files do not show."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

from fp16core.diagnosis.files.constants import constant_readings
from fp16core.diagnosis.files.own_cast import cast_every_constant, clamped_half
from fp16core.tflite.model_file import ModelFile
from fp16core.tflite.packing import packed, unpacked
from fp16core.tflite.reader import read_graphs
from fp16core.vocabulary import ModelFileError
from tests.helpers.networks.edited import older
from tests.helpers.networks.handmade import scaled
from tests.helpers.networks.strangers import NETWORKS, TOO_LARGE, stranger
from tests.networks.casts import make

Networks = dict[str, tuple[ModelFile, ModelFile]]


def cast_pair(name: str) -> tuple[ModelFile, ModelFile]:
    """A network of ``tests/networks/casts``: the float32 file, and TensorFlow's float16 file."""
    reference, target = ((make.FOLDER / make.file_name(name, role)).read_bytes() for role in ("reference", "target"))
    return ModelFile(reference, name), ModelFile(target, f"{name}, half")


def pairs() -> Networks:
    kept = {name: stranger(name) for name in (*NETWORKS, TOO_LARGE)}
    return {name: (it.reference, it.target) for name, it in kept.items()} | {n: cast_pair(n) for n in make.NAMES}


def outputs(model: ModelFile) -> Iterator[npt.NDArray[np.generic]]:
    """Outputs for the same random inputs each time."""
    interpreter = Interpreter(model_content=model.contents, num_threads=1)
    interpreter.allocate_tensors()
    random = np.random.default_rng(1)
    for given in interpreter.get_input_details():
        interpreter.set_tensor(given["index"], (3 * random.random(given["shape"])).astype(given["dtype"]))
    interpreter.invoke()
    return (interpreter.get_tensor(found["index"]) for found in interpreter.get_output_details())


@pytest.mark.parametrize("name", [*NETWORKS, TOO_LARGE, *make.NAMES])
def test_each_constant_is_cast_to_the_very_bytes_that_tensorflow_writes_and_the_file_computes_the_same(
    name: str,
) -> None:
    reference, expected = pairs()[name]
    own = cast_every_constant(reference)
    found, wanted = (
        {read.place: (read.tensor.dtype, read.tensor.shape, bytes(read.tensor.stored_bytes)) for read in readings}
        for readings in (constant_readings(own), constant_readings(expected))
    )
    assert found == wanted
    assert {dtype for dtype, _, _ in found.values()} == {"float16"}
    assert abs(own.size_bytes - expected.size_bytes) < 200
    for one, other in zip(outputs(own), outputs(expected), strict=True):
        assert np.array_equal(one, other, equal_nan=True)


def test_numbers_go_to_the_nearest_float16_number_ties_to_even_and_beyond_the_range_to_its_end() -> None:
    """Between all neighbours, which are told from their bits alone."""
    bits = np.arange(0x7BFF, dtype=np.uint16)
    halves = bits.view(np.float16).astype(np.float32)
    middles = np.float32(0.5) * (halves[1:] + halves[:-1])  # exact in float32
    even = np.where(bits[:-1] % 2 == 0, bits[:-1], bits[1:])
    assert np.array_equal(clamped_half(middles).view(np.uint16), even)
    assert np.array_equal(clamped_half(-middles).view(np.uint16), even | 0x8000)
    assert np.array_equal(clamped_half(np.nextafter(middles, np.float32(0))).view(np.uint16), bits[:-1])
    assert np.array_equal(clamped_half(np.nextafter(middles, np.float32(1e6))).view(np.uint16), bits[1:])
    beyond = np.array([65_519, 65_520, 1e30, np.inf, -np.inf], np.float32)
    assert clamped_half(beyond).tolist() == [65_504, 65_504, 65_504, 65_504, -65_504]
    assert np.isnan(clamped_half(np.array([np.nan], np.float32))).all()


def test_codes_in_the_old_place_are_no_obstacle() -> None:
    reference = stranger("two convolutions").reference
    assert cast_every_constant(older(reference)).contents == cast_every_constant(reference).contents


def test_a_constant_that_is_an_output_keeps_its_numbers_and_so_does_another_that_shares_its_buffer() -> None:
    """Only what operators read is cast."""
    model = scaled(np.array([0.1, 0.2, 0.3], np.float32))
    content = unpacked(model)
    graph = content.subgraphs[0]
    factors = graph.operators[0].inputs[1]
    twin = schema.TensorT()
    twin.name, twin.shape, twin.buffer = b"twin", graph.tensors[factors].shape, graph.tensors[factors].buffer
    graph.tensors.append(twin)
    graph.outputs = np.array([*graph.outputs, len(graph.tensors) - 1], np.int32)
    own = cast_every_constant(ModelFile(packed(content)))
    assert own.graph.outputs[1].dtype == "float32"
    assert own.graph.outputs[1].values.tolist() == np.array([0.1, 0.2, 0.3], np.float32).tolist()
    (read,) = constant_readings(own)
    assert read.tensor.values.tolist() == np.array([0.1, 0.2, 0.3], np.float16).tolist()


def test_tensors_that_share_a_buffer_share_the_float16_one() -> None:
    model = scaled(np.array([0.1, 0.2, 0.3], np.float32))
    content = unpacked(model)
    graph = content.subgraphs[0]
    factors = int(graph.operators[0].inputs[1])
    twin = schema.TensorT()
    twin.name, twin.shape, twin.buffer = b"twin", graph.tensors[factors].shape, graph.tensors[factors].buffer
    graph.tensors.append(twin)
    graph.operators[0].inputs = np.array([len(graph.tensors) - 1, factors], np.int32)
    own = cast_every_constant(ModelFile(packed(content)))
    assert len({reading.tensor.buffer for reading in constant_readings(own)}) == 1
    assert len([tensor for tensor in own.graph.tensors if tensor.dtype == "float16"]) == 2


def test_nothing_to_cast_is_an_error_that_says_so() -> None:
    once = cast_every_constant(scaled(np.ones(3, np.float32)))
    with pytest.raises(ModelFileError, match="stores no float32 numbers that an operator reads"):
        cast_every_constant(once)


def test_a_file_whose_first_buffer_is_in_use_is_cast_like_any_other() -> None:
    """By convention it is empty; a stranger need not keep to it."""
    content = unpacked(scaled(np.array([0.1, 0.2], np.float32)))
    content.buffers[0].data = np.array([1, 2, 3, 4], np.uint8)
    for tensor in content.subgraphs[0].tensors:
        if not tensor.buffer:
            content.buffers.append(schema.BufferT())
            tensor.buffer = len(content.buffers) - 1
    own = cast_every_constant(ModelFile(packed(content)))
    assert [graph.tensors[1].is_constant for graph in read_graphs(own.contents)] == [False]
    assert len([reading for reading in constant_readings(own) if reading.tensor.dtype == "float16"]) == 1
