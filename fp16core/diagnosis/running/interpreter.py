"""Float32 results of all tensors of any model, by LiteRT's interpreter."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from fp16core.runtime.digit_interpreter import open_interpreter
from fp16core.text import first_line
from fp16core.tflite.model_file import ModelFile
from fp16core.vocabulary import ModelFileError

Array = npt.NDArray[np.generic]


class AnyInterpreter:
    """LiteRT's interpreter for any model, with inputs of given shapes.

    Parameters
    ----------
    model
        A ``.tflite`` file that `fp16core.diagnosis.running.check.check_model` accepts.
    shapes
        Shape of each input, in the file's order; by default those that the file stores.
    preserve_all_tensors
        Whether intermediate tensors can be read after a run.

    Raises
    ------
    ModelFileError
        If LiteRT rejects the model, or inputs of these shapes.
    """

    def __init__(
        self, model: ModelFile, shapes: Sequence[tuple[int, ...]] | None = None, preserve_all_tensors: bool = False
    ) -> None:
        self._name = model.name
        self._inputs = [tensor.index for tensor in model.graph.inputs]
        self._outputs = [tensor.index for tensor in model.graph.outputs]
        try:
            self._interpreter = open_interpreter(model.contents, preserve_all_tensors)
            for tensor, shape in zip(model.graph.inputs, shapes or (), strict=shapes is not None):
                if tensor.shape != shape:
                    self._interpreter.resize_tensor_input(tensor.index, shape)
            self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise ModelFileError(f"{model.name}: the LiteRT interpreter rejects it ({first_line(error)}).") from error

    def run(self, inputs: Sequence[Array]) -> None:
        """Run the model on one sample; a state that it keeps begins anew."""
        try:
            self._interpreter.reset_all_variables()
            for index, values in zip(self._inputs, inputs, strict=True):
                self._interpreter.set_tensor(index, values)
            self._interpreter.invoke()
        except (ValueError, RuntimeError) as error:
            raise ModelFileError(
                f"{self._name}: the LiteRT interpreter failed on an input ({first_line(error)})."
            ) from error

    def value(self, tensor: int) -> Array:
        """Copy of a tensor after a run; of an intermediate one only if all are preserved."""
        values = self.value_if_kept(tensor)
        if values is None:
            raise ModelFileError(f"{self._name}: the LiteRT interpreter shows no values of tensor {tensor}.")
        return values

    def value_if_kept(self, tensor: int) -> Array | None:
        """Copy of a tensor after a run; `None` if LiteRT keeps none, as of results of loops that nothing reads."""
        try:
            values: Array = self._interpreter.get_tensor(tensor)
        except (ValueError, RuntimeError):
            return None
        return values

    def outputs(self, inputs: Sequence[Array]) -> tuple[Array, ...]:
        """Outputs for one sample."""
        self.run(inputs)
        return tuple(self.value(index) for index in self._outputs)

    def shapes(self) -> dict[int, tuple[int, ...]]:
        """Shapes of all tensors, as of the last run."""
        return {
            detail["index"]: tuple(int(side) for side in detail["shape"])
            for detail in self._interpreter.get_tensor_details()
        }
