"""Changes to the main graph of a ``.tflite`` file: constants and operators that are put in between."""

from collections import defaultdict

import numpy as np
import numpy.typing as npt
from ai_edge_litert import schema_py_generated as schema

from fp16core.tflite.model_file import ModelFile
from fp16core.tflite.packing import packed, unpacked

_OLD_CODES = 127
"""Largest operator code that fits into the old field."""


class GraphEdit:
    """A copy of a file while operators are put into its main graph; tensors and operators keep their order.

    Parameters
    ----------
    model
        The file.

    Raises
    ------
    ModelFileError
        If the file is damaged.
    """

    def __init__(self, model: ModelFile) -> None:
        self._name = model.name
        self._content = unpacked(model)
        self._graph = self._content.subgraphs[0]
        self._first: list[schema.OperatorT] = []
        self._after: dict[int, list[schema.OperatorT]] = defaultdict(list)
        self._names = {bytes(tensor.name or b"") for graph in self._content.subgraphs for tensor in graph.tensors}

    def constant(self, values: npt.NDArray[np.float32], label: str) -> int:
        """Index of a new float32 constant."""
        tensor = schema.TensorT()
        tensor.shape, tensor.type = np.array(values.shape, np.int32), schema.TensorType.FLOAT32
        tensor.buffer = self._stored(values)
        return self._added(tensor, label)

    def tensor_like(self, index: int, label: str, kind: int | None = None) -> int:
        """Index of a new computed tensor of the same shape, by default of the same type."""
        model, tensor = self._graph.tensors[index], schema.TensorT()
        tensor.shape, tensor.shapeSignature, tensor.buffer = model.shape, model.shapeSignature, 0
        tensor.type = model.type if kind is None else kind
        return self._added(tensor, label)

    def rename(self, index: int, label: str) -> None:
        """Give a tensor a new name, made unique."""
        self._graph.tensors[index].name = self._unique(label)

    def replace_constant(self, index: int, values: npt.NDArray[np.float32]) -> None:
        """Other values for a stored tensor, in a buffer of its own."""
        self._graph.tensors[index].buffer = self._stored(values)

    def operator(
        self, kind: str, inputs: tuple[int, ...], output: int, options: object | None = None
    ) -> schema.OperatorT:
        """A new operator, not yet in the graph."""
        made = schema.OperatorT()
        made.opcodeIndex = self._code(getattr(schema.BuiltinOperator, kind))
        made.inputs, made.outputs = np.array(inputs, np.int32), np.array([output], np.int32)
        if options is not None:
            made.builtinOptions = options
            made.builtinOptionsType = getattr(schema.BuiltinOptions, type(options).__name__.removesuffix("T"))
        return made

    def multiplication(self, tensor: int, factor: float, output: int) -> schema.OperatorT:
        """A new MUL by a constant."""
        other = self.constant(np.array(factor, np.float32), f"half_the_bits/factor_{factor:g}")
        return self.operator("MUL", (tensor, other), output, schema.MulOptionsT())

    def put_after(self, place: int | None, made: schema.OperatorT) -> None:
        """Insert an operator after the one at a place of the original graph; `None`: before all."""
        if place is None:
            self._first.append(made)
        else:
            self._after[place].append(made)

    def set_input(self, place: int, position: int, tensor: int) -> None:
        """Let an operator of the original graph read another tensor."""
        inputs = np.array(self._graph.operators[place].inputs, np.int32)
        inputs[position] = tensor
        self._graph.operators[place].inputs = inputs

    def set_output(self, place: int, position: int, tensor: int) -> None:
        """Let an operator of the original graph write another tensor."""
        outputs = np.array(self._graph.operators[place].outputs, np.int32)
        outputs[position] = tensor
        self._graph.operators[place].outputs = outputs

    def built(self) -> ModelFile:
        """The changed file, without the numbers that nothing refers to any more; the last thing to be asked for."""
        operators = self._first
        for place, operator in enumerate(self._graph.operators):
            operators += [operator, *self._after[place]]
        self._graph.operators = operators
        self._empty_unused()
        return ModelFile(packed(self._content), self._name)

    def _stored(self, values: npt.NDArray[np.float32]) -> int:
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(np.ascontiguousarray(values).tobytes(), np.uint8)
        self._content.buffers.append(buffer)
        return len(self._content.buffers) - 1

    def _empty_unused(self) -> None:
        used = {tensor.buffer for graph in self._content.subgraphs for tensor in graph.tensors}
        used |= {entry.buffer for entry in self._content.metadata or []}
        used |= {int(index) for index in self._content.metadataBuffer or []}
        for place, buffer in enumerate(self._content.buffers):
            if place not in used:
                buffer.data = None

    def _code(self, builtin: int) -> int:
        for place, code in enumerate(self._content.operatorCodes):
            if code.builtinCode == builtin and code.version == 1:
                return place
        added = schema.OperatorCodeT()
        added.builtinCode, added.deprecatedBuiltinCode, added.version = builtin, min(builtin, _OLD_CODES), 1
        self._content.operatorCodes.append(added)
        return len(self._content.operatorCodes) - 1

    def _added(self, tensor: schema.TensorT, label: str) -> int:
        tensor.name = self._unique(label)
        self._graph.tensors.append(tensor)
        return len(self._graph.tensors) - 1

    def _unique(self, label: str) -> bytes:
        name, number = label.encode(), 1
        while name in self._names:
            number += 1
            name = f"{label}_{number}".encode()
        self._names.add(name)
        return name
