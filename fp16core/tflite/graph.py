"""Contents of a ``.tflite`` file, once read: tensors, operators, weights."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import ml_dtypes
import numpy as np
import numpy.typing as npt

from fp16core.text import dimensions_text
from fp16core.vocabulary import ModelFileError

_NUMPY_NAMES = "float16 float32 float64 bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 complex64 complex128"
_NUMPY_DTYPES = {name: np.dtype(name) for name in _NUMPY_NAMES.split()} | {"bfloat16": np.dtype(ml_dtypes.bfloat16)}

_WEIGHT_ROLES = {
    "CONV_2D": {1: "kernel", 2: "bias"},
    "DEPTHWISE_CONV_2D": {1: "kernel", 2: "bias"},
    "FULLY_CONNECTED": {1: "weights", 2: "bias"},
    "TRANSPOSE_CONV": {1: "kernel", 3: "bias"},
}

ONLY_SIZE = ("SHAPE", "RANK")
"""Operators that take nothing of what they read but its size."""

_OTHER_ROLE = "constant"
"""Role of the constants of any other kind of operator, such as the factors of a batch normalisation."""


@dataclass(frozen=True)
class Tensor:
    """One tensor of the model's graph.

    Attributes
    ----------
    index
        Position in the graph; operators refer to tensors by it.
    name
        The name the converter gave it.
    shape, shape_signature
        Dimensions; in the signature, −1 stands for a dimension chosen at run time.
    dtype
        LiteRT's type in lower case (``"float16"``, ``"int4"``, …).
    buffer
        Index of the buffer holding its data; several tensors may share one.
    data_start, stored_bytes, stored_size_bytes
        Offset in the file, a view of the raw little-endian data there, and their length; ``None``, empty and 0 for
        a tensor that is computed at run time. In a `TfliteFile.outline` the data are left out, their length is not.
    """

    index: int
    name: str
    shape: tuple[int, ...]
    shape_signature: tuple[int, ...]
    dtype: str
    buffer: int
    data_start: int | None
    stored_bytes: memoryview = field(repr=False)
    stored_size_bytes: int

    def __getstate__(self) -> dict[str, object]:
        return self.__dict__ | {"stored_bytes": bytes(self.stored_bytes)}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state | {"stored_bytes": memoryview(state["stored_bytes"])})  # type: ignore[arg-type]

    @property
    def is_constant(self) -> bool:
        """True if the file stores the tensor's values."""
        return self.data_start is not None

    @property
    def has_numbers(self) -> bool:
        """True if NumPy has its type, unlike int4 and strings."""
        return self.dtype in _NUMPY_DTYPES

    @property
    def values(self) -> npt.NDArray[np.generic]:
        """The stored values in the tensor's own dtype and shape, read-only.

        Raises
        ------
        ModelFileError
            If the tensor is not stored, has a type NumPy lacks (int4, strings), its values
            were left out (see `TfliteFile.outline`), or its data do not fill its shape.
        """
        dtype = _NUMPY_DTYPES.get(self.dtype)
        if not self.is_constant or dtype is None:
            what = f"of type {self.dtype}" if self.is_constant else "computed at run time"
            raise ModelFileError(f"tensor '{self.name}' is {what}; it has no stored values to show.")
        if self.stored_size_bytes and not self.stored_bytes:
            raise ModelFileError(
                f"tensor '{self.name}' is part of an outline, whose values were left out; read the file for them."
            )
        try:
            return np.frombuffer(self.stored_bytes, dtype).reshape(self.shape)
        except ValueError as error:
            raise ModelFileError(
                f"tensor '{self.name}' stores {len(self.stored_bytes)} bytes, which do not fill "
                f"{self.dtype} {dimensions_text(self.shape)}; the file is damaged, convert the model again."
            ) from error


@dataclass(frozen=True)
class Operator:
    """One operator of the graph.

    Attributes
    ----------
    index, name
        Position in the graph, and LiteRT's name of the kind (``"CONV_2D"``).
    inputs, outputs
        Indices of tensors (−1: left out).
    settings
        Options that decide its arithmetic, those of these it has: ``"padding"`` (``"VALID"`` or
        ``"SAME"``), ``"stride_height"``, ``"stride_width"``, ``"dilation_height"``,
        ``"dilation_width"``, ``"filter_height"``, ``"filter_width"``, ``"axis"``, and
        ``"activation"`` (``"NONE"``, ``"RELU"``, …), the function fused into it.
    """

    index: int
    name: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    settings: Mapping[str, int | str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class TfliteFile:
    """Tensors and operators of a ``.tflite`` file's main graph."""

    size_bytes: int
    tensors: tuple[Tensor, ...] = field(repr=False)
    operators: tuple[Operator, ...] = field(repr=False)
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]

    def outline(self) -> "TfliteFile":
        """The same without the stored data: to be kept, or sent to another process."""

        def without_data(tensors: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
            return tuple(replace(tensor, stored_bytes=memoryview(b"")) for tensor in tensors)

        return replace(
            self,
            tensors=without_data(self.tensors),
            inputs=without_data(self.inputs),
            outputs=without_data(self.outputs),
        )

    def parameters(self) -> tuple[Tensor, ...]:
        """All stored floating-point tensors, one for each buffer that several may share."""
        floats = {t.buffer: t for t in self.tensors if t.is_constant and "float" in t.dtype}
        return tuple(floats.values())

    def source(self, index: int) -> Tensor:
        """The tensor that the file stores for an operator's input: what a DEQUANTIZE before it reads, or itself."""
        stored = {filled: op.inputs[0] for op in self.upsampling() for filled in op.outputs}
        return self.tensors[stored.get(index, index)]

    def from_input(self) -> tuple[tuple[Operator, Tensor], ...]:
        """Operators that compute floating-point numbers from the input, in order, with what they compute.

        The path may lead through integers, such as indices of a table. Shape arithmetic, which takes only the input's
        size, and the upsampling of weights are not among them.
        """
        reached = self._from_values()
        return tuple(
            (op, self.tensors[index])
            for op in self.operators
            for index in op.outputs
            if index in reached and "float" in self.tensors[index].dtype and not reached.isdisjoint(op.inputs)
        )

    def _from_values(self) -> set[int]:
        """Indices of the inputs, and of all tensors that depend on their values, and not only on their size."""
        reached = {tensor.index for tensor in self.inputs}
        for op in self.operators:
            if op.name not in ONLY_SIZE and not reached.isdisjoint(op.inputs):
                reached.update(index for index in op.outputs if index >= 0)
        return reached

    def shape_arithmetic(self) -> tuple[Operator, ...]:
        """Operators that compute no numbers of the image, only the shapes that a batch of any size needs.

        These are SHAPE and RANK, and every operator that makes integers out of integers alone, unless these depend on
        values of the input.
        """
        integers = {tensor.index for tensor in self.tensors if tensor.dtype in ("int32", "int64")}
        integers -= self._from_values()
        return tuple(
            op
            for op in self.operators
            if op.outputs
            and integers.issuperset(op.outputs)
            and (op.name in ONLY_SIZE or integers.issuperset(op.inputs))
        )

    def upsampling(self) -> tuple[Operator, ...]:
        """DEQUANTIZE operators that turn a stored tensor into float32."""
        return tuple(
            op
            for op in self.operators
            if op.name == "DEQUANTIZE" and op.inputs[:1] > (-1,) and self.tensors[op.inputs[0]].is_constant
        )

    def weights(self) -> dict[str, Tensor]:
        """Stored floating-point numbers that operators compute with, by their place in the graph.

        Keys name operator and role (``"conv_2d.kernel"``, ``"fully_connected.bias"``,
        ``"mul.constant"``), with a number from the second operator of a kind on
        (``"conv_2d_2.kernel"``), and of an operator's constants from its second on. A weight that
        reaches its operator through DEQUANTIZE, as float16 weights do, has the same key as the
        float32 weight it replaces, so the two files' weights can be paired. One that several
        operators share has the first one's key.
        """
        found: dict[str, Tensor] = {}
        sources = {filled: op.inputs[0] for op in self.upsampling() for filled in op.outputs}
        seen: Counter[str] = Counter()
        keyed: set[int] = set()
        for op in self.operators:
            if op.outputs and op.outputs[0] in sources:  # it upsamples a weight
                continue
            seen[op.name] += 1
            layer = op.name.lower() + (f"_{seen[op.name]}" if seen[op.name] > 1 else "")
            roles, others = _WEIGHT_ROLES.get(op.name, {}), 0
            for position, index in enumerate(op.inputs):
                tensor = self.tensors[sources.get(index, index)] if index >= 0 else None
                if tensor is None or not tensor.is_constant or "float" not in tensor.dtype:
                    continue
                others += position not in roles
                role = roles.get(position, _OTHER_ROLE + (f"_{others}" if others > 1 else ""))
                if tensor.index not in keyed:
                    keyed.add(tensor.index)
                    found[f"{layer}.{role}"] = tensor
        return found
