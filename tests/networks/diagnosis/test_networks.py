"""The networks are what the script beside them writes, and the right verdict on each is what NumPy finds."""

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from fp16core.tflite.model_file import ModelFile
from fp16core.tflite.packing import with_current_codes
from fp16core.tflite.reader import read_tflite
from tests.networks.diagnosis.make import file_contents
from tests.networks.diagnosis.networks import NETWORKS
from tests.networks.diagnosis.verdicts import (
    FOLDER,
    HALF_LIMIT,
    RIGHT,
    USELESS_DB,
    contents,
    half,
    output_snr_db,
    samples,
)

EACH = pytest.mark.parametrize("name", NETWORKS)


def test_every_network_has_a_file_and_a_verdict() -> None:
    assert {*NETWORKS} == {*RIGHT} == {path.stem for path in FOLDER.glob("*.tflite")}


@EACH
def test_a_kept_file_is_what_the_script_writes(name: str) -> None:
    assert contents(name) == file_contents(name)


@EACH
def test_litert_computes_what_numpy_does_in_float64(name: str) -> None:
    graph = NETWORKS[name]()
    interpreter = Interpreter(model_content=contents(name), num_threads=1)
    interpreter.allocate_tensors()
    for inputs in samples(name).values():
        interpreter.reset_all_variables()
        for detail in interpreter.get_input_details():
            interpreter.set_tensor(detail["index"], inputs[detail["name"]])
        interpreter.invoke()
        exact = graph.computed(inputs)
        for index in graph.outputs:
            expected = exact[graph.names[index]]
            found = interpreter.get_tensor(index)
            assert found.shape == expected.shape
            assert np.abs(found - expected).max() <= 1e-4 * max(1e-3, np.abs(expected).max())


@EACH
def test_the_right_verdict_is_what_numpy_finds(name: str) -> None:
    graph, right = NETWORKS[name](), RIGHT[name]
    overflowing, broken, useless, subnormal = set(), set(), set(), set()
    computed_floats = [
        graph.names[index] for node in graph.nodes for index in node.outputs if graph.values[index].dtype == np.float32
    ]
    for kind, inputs in samples(name).items():
        exact, rounded = graph.computed(inputs), graph.computed(inputs, half)
        overflowing |= {tensor for tensor in computed_floats if np.abs(exact[tensor]).max() >= HALF_LIMIT}
        smallest = np.finfo(np.float16).smallest_normal
        subnormal |= {t for t in computed_floats if ((abs(rounded[t]) > 0) & (abs(rounded[t]) < smallest)).any()}
        if output_snr_db(graph, inputs, rounded) < USELESS_DB:
            useless.add(kind)
            # the operator that is the first to answer what float32 does not, NaN or infinity
            broken.add(next(tensor for tensor in computed_floats if not np.isfinite(rounded[tensor]).all()))
    first = next((tensor for tensor in computed_floats if tensor in overflowing), None)
    assert first == right.first_overflow
    assert right.reaches_output == (right.first_overflow is not None and bool(useless))
    assert broken == ({right.breaks_at} if right.breaks_at else set())
    assert ("random" not in useless) == (right.breaks_at is None or right.needs_constants)
    assert {"zeros", "low", "high"} <= useless or right.breaks_at is None
    assert {*right.subnormal} <= subnormal


@EACH
def test_operator_codes_are_in_the_old_place_of_one_network_only(name: str) -> None:
    model = ModelFile(contents(name), name)
    assert (with_current_codes(model) is not model) == RIGHT[name].has_old_codes


@EACH
def test_weights_beyond_the_range_are_those_of_two_networks(name: str) -> None:
    stored = read_tflite(contents(name)).weights().values()
    large = {t.name for t in stored if np.abs(t.values.astype(np.float64)).max(initial=0) >= HALF_LIMIT}
    expected = {
        "large_weights": {"large_weights"},
        "batch_norm": {"factors"},
        "mask_1e30": {"minus_1e30"},
        "mask_1e9": {"mask"},
    }
    assert large == expected.get(name, set())
