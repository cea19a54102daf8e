"""The operators of a graph as a picture shows them: edges, and the numbers of one tensor of each."""

import numpy as np

from fp16core.diagnosis.observation import float32_interpreter
from fp16core.diagnosis.outcome import OperatorReading
from fp16core.diagnosis.ranges.limits import Floats, rounded
from fp16core.diagnosis.running.fixing import FixedModel
from fp16core.diagnosis.running.interpreter import AnyInterpreter
from fp16core.diagnosis.running.names import input_names, output_names
from fp16core.diagnosis.samples import Samples
from fp16core.numerics.histograms import Histogram
from fp16core.tflite.graph import Operator, Tensor, TfliteFile
from fp16core.tflite.model_file import ModelFile

_BINS = 40

_EXAMINED = 1 << 18
"""Most numbers of a tensor among which examples are sought; of more, evenly spaced ones are taken."""


def operator_readings(model: ModelFile, fixed: FixedModel, samples: Samples) -> tuple[OperatorReading, ...]:
    """Read all operators of the main graph, but for those that upsample weights.

    Values that operators compute are those of the first sample.
    """
    file = model.graph
    interpreter = float32_interpreter(model, fixed, samples)
    interpreter.run(samples[0])
    upsampling = {op.index for op in file.upsampling()}
    producers = {index: op.index for op in file.operators if op.index not in upsampling for index in op.outputs}
    inputs = _named(file.inputs, input_names(model))
    outputs = _named(file.outputs, output_names(model))
    found = []
    for op in file.operators:
        if op.index in upsampling:
            continue
        tensor, values, are_weights = _numbers(file, op, interpreter)
        finite = values[np.isfinite(values)]
        found.append(
            OperatorReading(
                operator=op.index,
                kind=op.name,
                reads=tuple(dict.fromkeys(producers[index] for index in op.inputs if index in producers)),
                inputs=tuple(name for index in dict.fromkeys(op.inputs) for name in inputs.get(index, ())),
                outputs=tuple(name for index in op.outputs for name in outputs.get(index, ())),
                tensor=tensor.name,
                shape=tensor.shape if are_weights else fixed.shapes[tensor.index],
                are_weights=are_weights,
                histogram=_histogram(finite),
                examples=_examples(finite),
            )
        )
    return tuple(found)


def _named(tensors: tuple[Tensor, ...], names: tuple[str, ...]) -> dict[int, tuple[str, ...]]:
    """Names of tensors by their indices; an output may be listed twice."""
    found: dict[int, tuple[str, ...]] = {}
    for tensor, name in zip(tensors, names, strict=True):
        found[tensor.index] = (*found.get(tensor.index, ()), name)
    return found


def _numbers(file: TfliteFile, op: Operator, interpreter: AnyInterpreter) -> tuple[Tensor, Floats, bool]:
    """The tensor to show of an operator, its values, and true if they are weights."""
    sources = [file.source(index) for index in op.inputs if index >= 0]
    weights = [tensor for tensor in sources if tensor.is_constant and tensor.dtype in ("float32", "float16")]
    if weights:
        largest = max(weights, key=lambda tensor: tensor.stored_size_bytes)
        return largest, np.asarray(largest.values, np.float32).ravel(), True
    computed = [file.tensors[index] for index in op.outputs if index >= 0]
    floats = [tensor for tensor in computed if tensor.dtype == "float32"]
    values = interpreter.value_if_kept(floats[0].index) if floats else None
    if values is None:
        shown = (floats or computed or [file.tensors[index] for index in op.inputs if index >= 0])[0]
        return shown, np.empty(0, np.float32), False
    return floats[0], np.asarray(values, np.float32).ravel(), False


def _histogram(finite: Floats) -> Histogram | None:
    if finite.size == 0:
        return None
    numbers = finite.astype(np.float64)
    low, high = float(numbers.min()), float(numbers.max())
    # Bins need a width that float64 can tell from 0, even if all numbers are equal.
    least = _BINS * 4 * float(np.spacing(max(abs(low), abs(high), 1.0)))
    margin = max(0.0, least - (high - low))
    counts, edges = np.histogram(numbers, _BINS, (low - margin / 2, high + margin / 2))
    return Histogram(edges, counts)


def _examples(finite: Floats) -> tuple[float, ...]:
    if finite.size == 0:
        return ()
    sizes = np.abs(finite)
    chosen = [float(finite[np.argmax(sizes)])]
    if sizes.any():
        chosen.append(float(finite[np.argmin(np.where(sizes > 0, sizes, np.inf))]))
        some = finite[:: -(-finite.size // _EXAMINED)]
        some = some[some != 0]
        with np.errstate(invalid="ignore", over="ignore"):
            errors = np.abs(rounded(some) - some) / np.abs(some)
        if some.size:
            chosen.append(float(some[np.argmax(errors)]))
    return tuple(dict.fromkeys(chosen))
