"""Results of any model with fixed shapes by LiteRT's `CompiledModel`, on the CPU or the GPU, in float32 or float16."""

import math
from collections.abc import Sequence

import numpy as np
from ai_edge_litert.compiled_model import CompiledModel, TensorBuffer

from fp16core.diagnosis.running.interpreter import Array
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.runtime.runner import litert_environment, mode_options
from fp16core.text import dimensions_text, first_line
from fp16core.tflite.model_file import ModelFile
from fp16core.vocabulary import ModeError


class CompiledRun:
    """A model with fixed shapes, compiled for one mode of execution.

    Parameters
    ----------
    model
        A file that `fp16core.diagnosis.running.fixing.FixedModel.cut` made.
    mode
        Mode of execution.

    Raises
    ------
    ModeError
        If LiteRT does not execute the model in this mode.
    """

    def __init__(self, model: ModelFile, mode: ExecutionMode) -> None:
        self._mode = mode
        self._kinds = [(tensor.shape, np.dtype(tensor.dtype)) for tensor in model.graph.outputs]
        if empty := [tensor for tensor in model.graph.inputs + model.graph.outputs if 0 in tensor.shape]:
            raise ModeError(f"the tensor '{empty[0].name}' is empty ({dimensions_text(empty[0].shape)})")
        try:
            self._model = CompiledModel.from_buffer(
                model.contents, environment=litert_environment(), options=mode_options(mode)
            )
            self._inputs = self._model.create_input_buffers(0)
            self._outputs = self._model.create_output_buffers(0)
        except (ValueError, RuntimeError) as error:
            raise ModeError(f"LiteRT cannot compile it for “{mode.title}” ({first_line(error)})") from error

    def run(self, inputs: Sequence[Array]) -> tuple[Array, ...]:
        """Outputs for one sample."""
        try:
            for buffer, values in zip(self._inputs, inputs, strict=True):
                buffer.write(_halved(np.ascontiguousarray(values)))
            self._model.run_by_index(0, self._inputs, self._outputs)
            return tuple(
                _read(buffer, math.prod(shape), dtype).reshape(shape)
                for buffer, (shape, dtype) in zip(self._outputs, self._kinds, strict=True)
            )
        except (ValueError, RuntimeError) as error:
            raise ModeError(f"a run in the mode “{self._mode.title}” failed ({first_line(error)})") from error


def _halved(values: Array) -> Array:
    """The same bytes as 32-bit numbers, as LiteRT's buffers know no 64-bit ones."""
    return values.reshape(-1).view(np.int32) if values.dtype == np.int64 else values


def _read(buffer: TensorBuffer, numbers: int, dtype: np.dtype[np.generic]) -> Array:
    if dtype == np.int64:
        return np.asarray(buffer.read(2 * numbers, np.int32)).view(np.int64)
    return np.asarray(buffer.read(numbers, dtype))
