"""A device-independent picture of float16 arithmetic: every input, constant and result is rounded to float16.

It stands for hardware that keeps everything in float16. Sums inside of an operator are as exact as float32 makes them,
but the sum of a MEAN is infinite if float16 cannot hold it: it overflows before it is divided.
"""

from collections.abc import Mapping

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from fp16core.diagnosis.cure.edit import GraphEdit
from fp16core.diagnosis.ranges.limits import LARGEST
from fp16core.tflite.graph import Operator
from fp16core.tflite.model_file import ModelFile

TITLE = "each input, constant and result rounded to float16"


def rounded_everywhere(model: ModelFile, shapes: Mapping[int, tuple[int, ...]]) -> ModelFile:
    """Copy of a float32 file that rounds all it computes with to float16, to be run in float32.

    Parameters
    ----------
    model
        The file.
    shapes
        Shapes of its tensors at run time, by index.

    Raises
    ------
    ModelFileError
        If the file is damaged.
    """
    file, edit = model.graph, GraphEdit(model)
    used = {index for op in file.operators for index in op.inputs}
    for tensor in file.tensors:
        if tensor.dtype == "float32" and tensor.is_constant and tensor.index in used:
            with np.errstate(over="ignore"):
                halves = tensor.values.astype(np.float16)
            edit.replace_constant(tensor.index, halves.astype(np.float32))
    for given in file.inputs:
        if given.dtype == "float32":
            rounded = edit.tensor_like(given.index, "half_the_bits/rounded_input")
            for op in file.operators:
                for position, index in enumerate(op.inputs):
                    if index == given.index:
                        edit.set_input(op.index, position, rounded)
            _round(edit, None, given.index, rounded)
    for op in file.operators:
        for position, index in enumerate(op.outputs):
            if index >= 0 and file.tensors[index].dtype == "float32":
                exact = edit.tensor_like(index, "half_the_bits/exact")
                edit.set_output(op.index, position, exact)
                if op.name == "MEAN":
                    exact = _with_overflow(edit, op, exact, shapes)
                _round(edit, op.index, exact, index)
    return edit.built()


def _round(edit: GraphEdit, place: int | None, exact: int, rounded: int) -> None:
    half = edit.tensor_like(exact, "half_the_bits/half", schema.TensorType.FLOAT16)
    for source, result, kinds in (
        (exact, half, (schema.TensorType.FLOAT32, schema.TensorType.FLOAT16)),
        (half, rounded, (schema.TensorType.FLOAT16, schema.TensorType.FLOAT32)),
    ):
        options = schema.CastOptionsT()
        options.inDataType, options.outDataType = kinds
        edit.put_after(place, edit.operator("CAST", (source,), result, options))


def _with_overflow(edit: GraphEdit, op: Operator, mean: int, shapes: Mapping[int, tuple[int, ...]]) -> int:
    """Index of a MEAN's result plus infinity where its sum overflows: the sum in float16 minus the same, clamped."""
    options = schema.ReducerOptionsT()
    options.keepDims = len(shapes[op.inputs[0]]) == len(shapes[op.outputs[0]])
    total, total_half, clamped, raised, excess, result = (
        edit.tensor_like(mean, f"half_the_bits/{label}")
        for label in ("sum", "half_sum", "high", "low", "excess", "mean")
    )
    edit.put_after(op.index, edit.operator("SUM", op.inputs, total, options))
    _round(edit, op.index, total, total_half)
    limits = [edit.constant(np.array(sign * LARGEST, np.float32), "half_the_bits/limit") for sign in (1, -1)]
    for kind, inputs, output, how in (
        ("MINIMUM", (total_half, limits[0]), clamped, schema.MaximumMinimumOptionsT()),
        ("MAXIMUM", (clamped, limits[1]), raised, schema.MaximumMinimumOptionsT()),
        ("SUB", (total_half, raised), excess, schema.SubOptionsT()),
        ("ADD", (mean, excess), result, schema.AddOptionsT()),
    ):
        edit.put_after(op.index, edit.operator(kind, inputs, output, how))
    return result
