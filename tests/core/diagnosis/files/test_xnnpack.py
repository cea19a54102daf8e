"""Kinds that XNNPACK takes, by trying each alone, and the reasons for what it leaves."""

import pytest

from fp16core.diagnosis.files.xnnpack import KINDS, reasons
from fp16core.runtime.delegation import delegate_partitions
from fp16core.tflite.model_file import ModelFile
from tests.helpers.networks.lone import every_kind, lone, ones, whole
from tests.helpers.networks.strangers import stranger


def test_the_kinds_are_those_that_litert_delegates_when_each_is_alone() -> None:
    tried = dict(every_kind())
    taken = {kind for kind, model in tried.items() if delegate_partitions(model)}
    assert taken == KINDS & {*tried}
    # What cannot stand alone: both need another operator that reads quantized numbers.
    assert KINDS - {*tried} == {"DEQUANTIZE", "QUANTIZE"}


def left(model: ModelFile) -> dict[str, str]:
    """Reasons by kind."""
    shapes = [tensor.shape for tensor in model.graph.inputs]
    taken = {index for part in delegate_partitions(model, shapes) for index in part.operators}
    missing = {op.index for op in model.graph.operators} - taken
    return {model.graph.operators[index].name: reason for index, reason in reasons(model, shapes, missing).items()}


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("TILE", "XNNPACK has no kernel for TILE."), ("ARG_MAX", "It computes int32; XNNPACK computes float32")],
)
def test_a_kind_without_kernel_and_integers_are_named(kind: str, reason: str) -> None:
    (found,) = left(dict(every_kind())[kind]).values()
    assert found.startswith(reason)


def test_computed_weights_are_named() -> None:
    found = left(lone("FULLY_CONNECTED", [(1, 4), (2, 4)], [], [(1, 2)], "FullyConnected"))
    assert found == {"FULLY_CONNECTED": "Its weights “input 1” are computed; XNNPACK wants them stored."}


def test_a_shape_that_is_computed_is_the_reason_and_so_is_a_size_that_only_a_run_tells() -> None:
    """The network takes any number of images, so its reshaping computes their number."""
    found = left(stranger("transposed").reference)
    assert found["TRANSPOSE_CONV"].startswith("The size of its result is computed (“")
    assert found["SHAPE"].startswith("It computes int32")
    recurrent = left(stranger("recurrent").reference)
    assert recurrent["FILL"] == "XNNPACK has no kernel for FILL."


def test_where_the_kind_is_taken_but_this_operator_is_not_nothing_is_made_up() -> None:
    """It takes slices, but not one that drops a dimension; LiteRT does not say so."""
    begin, end, steps = whole(0, 0), whole(1, 4), whole(1, 1)
    (reason,) = left(
        lone("STRIDED_SLICE", [(2, 4)], [begin, end, steps], [(4,)], "StridedSlice", shrinkAxisMask=1)
    ).values()
    assert reason.endswith("LiteRT does not say which it is.")


def test_stored_weights_are_no_reason() -> None:
    assert left(lone("FULLY_CONNECTED", [(1, 4)], [ones(2, 4), ones(2)], [(1, 2)], "FullyConnected")) == {}
