"""Execution of a fixed-batch model in one execution mode; for child processes, because drivers may crash or hang."""

import functools
import shutil
import tempfile
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from ai_edge_litert.compiled_model import (
    CompiledModel,
    CpuOptions,
    Environment,
    EnvironmentOptions,
    GpuOptions,
    HardwareAccelerator,
    Options,
)
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.temporary import temporary_named
from fp16core.text import first_line
from fp16core.tflite.model_file import ModelFile
from fp16core.vocabulary import ModeError, ModelFileError

Floats = npt.NDArray[np.float32]

_FORCE_FP16 = 4
"""TFLITE_XNNPACK_DELEGATE_FLAG_FORCE_FP16 of LiteRT's ``xnnpack_delegate.h``."""

_RESOLVERS = {
    ExecutionMode.CPU_FLOAT32: OpResolverType.AUTO,
    ExecutionMode.CPU_REFERENCE: OpResolverType.BUILTIN_REF,
}


class ModeRunner:
    """A model loaded for execution in one mode, on one CPU thread.

    Parameters
    ----------
    model
        A ``.tflite`` file with a fixed batch size, as returned by
        `fp16core.runtime.fixed_batch.with_fixed_batch`.
    mode
        Execution mode.
    compiled
        Whether to use LiteRT's `CompiledModel` even in a mode that the interpreter supports, so that times can be
        compared with a mode that it does not support.

    Raises
    ------
    ModelFileError
        If the file is damaged or its batch size is dynamic.
    ModeError
        If LiteRT does not execute the model in this mode; it prints the reason.
    """

    def __init__(self, model: ModelFile, mode: ExecutionMode, compiled: bool = False) -> None:
        file, name = model.graph, model.name
        self._name, self._mode = name, mode
        self._input_shape, self._output_shape = file.inputs[0].shape, file.outputs[0].shape
        if -1 in file.inputs[0].shape_signature:
            raise ModelFileError(f"{name} has a dynamic batch size; convert it with a fixed one.")
        self._run: Callable[[Floats], Floats]
        try:
            if compiled or mode not in _RESOLVERS:
                self._run = _compiled(model.contents, mode, self._output_shape)
            else:
                self._run = _interpreted(model.contents, mode)
        except (ValueError, RuntimeError) as error:
            raise ModeError(
                f"{name}: LiteRT cannot run it in the mode “{mode.title}” ({first_line(error)})."
            ) from error

    @property
    def batch(self) -> int:
        """Batch size."""
        return self._input_shape[0]

    def run(self, images: Floats) -> Floats:
        """Run the model on one batch, including the copies of input and output.

        Parameters
        ----------
        images : float32, shape (batch, 28, 28)

        Returns
        -------
        float32, shape (batch, …)

        Raises
        ------
        ValueError
            If the shape or dtype is wrong, which LiteRT would not notice.
        ModeError
            If the run fails.
        """
        if images.size != int(np.prod(self._input_shape)) or images.dtype != np.float32:
            raise ValueError(f"images are {images.dtype} {images.shape}; expected float32 {self._input_shape}.")
        try:
            return self._run(images.reshape(self._input_shape))
        except (ValueError, RuntimeError) as error:
            raise ModeError(
                f"{self._name}: a run in the mode “{self._mode.title}” failed ({first_line(error)})."
            ) from error

    def run_all(self, images: Floats, after_batch: Callable[[int], None] = lambda _done: None) -> Floats:
        """Run the model on any number of images; the last batch is padded with blank ones.

        Parameters
        ----------
        images : float32, shape (n, 28, 28)
            n at least 1.
        after_batch
            Called with the number of images done.

        Returns
        -------
        float32, shape (n, …)
        """
        parts = []
        for start in range(0, len(images), self.batch):
            given = images[start : start + self.batch]
            padded = np.zeros((self.batch, *given.shape[1:]), np.float32)
            padded[: len(given)] = given
            parts.append(self.run(padded)[: len(given)])
            after_batch(start + len(given))
        return np.concatenate(parts)


def _interpreted(model: bytes, mode: ExecutionMode) -> Callable[[Floats], Floats]:
    interpreter = Interpreter(model_content=model, num_threads=1, experimental_op_resolver_type=_RESOLVERS[mode])
    interpreter.allocate_tensors()
    given, answer = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]

    def run(images: Floats) -> Floats:
        interpreter.set_tensor(given, images)
        interpreter.invoke()
        found: Floats = interpreter.get_tensor(answer)
        return found

    return run


def _compiled(model: bytes, mode: ExecutionMode, shape: tuple[int, ...]) -> Callable[[Floats], Floats]:
    compiled = CompiledModel.from_buffer(model, environment=litert_environment(), options=mode_options(mode))
    inputs, outputs = compiled.create_input_buffers(0), compiled.create_output_buffers(0)
    numbers = int(np.prod(shape))

    def run(images: Floats) -> Floats:
        inputs[0].write(images)
        compiled.run_by_index(0, inputs, outputs)
        found: Floats = outputs[0].read(numbers, np.float32)
        return found.reshape(shape)

    return run


def mode_options(mode: ExecutionMode) -> Options:
    """Options of `CompiledModel` for a mode, on one thread of the CPU."""
    if mode.on_gpu:
        gpu = GpuOptions(enforce_f32=not mode.asks_for_float16)
        return Options(HardwareAccelerator.GPU, gpu_options=gpu)
    flags = _FORCE_FP16 if mode.asks_for_float16 else None
    return Options(HardwareAccelerator.CPU, cpu_options=CpuOptions(num_threads=1, xnnpack_flags=flags))


@functools.cache
def litert_environment() -> Environment:
    """LiteRT's environment of this process, without plug-ins."""
    # Unless it is given a folder, LiteRT searches for NPU plug-ins, which doubles the loading time, and warns.
    with temporary_named():
        empty = tempfile.mkdtemp(prefix="half-the-bits-")
    try:
        return Environment.create(options=EnvironmentOptions(compiler_plugin_path=empty, dispatch_library_path=empty))
    finally:
        shutil.rmtree(empty)
