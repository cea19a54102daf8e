"""Graphs written with LiteRT's schema, operator by operator, and the same computed with NumPy."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from ai_edge_litert import schema_py_generated as schema

from fp16core.tflite.packing import packed
from tests.helpers.networks.numpy_operators import OPERATORS

Array = npt.NDArray[Any]
Rounding = Callable[[Array], Array]

LEFT_OUT = -1
"""An operand that an operator does without."""

_TYPES = {
    "float32": schema.TensorType.FLOAT32,
    "int32": schema.TensorType.INT32,
    "int64": schema.TensorType.INT64,
    "bool": schema.TensorType.BOOL,
}

_OPTIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "ADD": ("AddOptions", {}),
    "BATCH_MATMUL": ("BatchMatMulOptions", {}),
    "CONCATENATION": ("ConcatenationOptions", {"axis": -1}),
    "CONV_2D": ("Conv2DOptions", {"padding": schema.Padding.VALID, "strideH": 1, "strideW": 1}),
    "DIV": ("DivOptions", {}),
    "FULLY_CONNECTED": ("FullyConnectedOptions", {"keepNumDims": True}),
    "GATHER": ("GatherOptions", {}),
    "L2_NORMALIZATION": ("L2NormOptions", {}),
    "LESS": ("LessOptions", {}),
    "MAXIMUM": ("MaximumMinimumOptions", {}),
    "MEAN": ("ReducerOptions", {"keepDims": True}),
    "MUL": ("MulOptions", {}),
    "RESHAPE": ("ReshapeOptions", {}),
    "SOFTMAX": ("SoftmaxOptions", {"beta": 1.0}),
    "SQUARED_DIFFERENCE": ("SquaredDifferenceOptions", {}),
    "SUB": ("SubOptions", {}),
    "SUM": ("ReducerOptions", {"keepDims": True}),
    "UNIDIRECTIONAL_SEQUENCE_LSTM": (
        "UnidirectionalSequenceLSTMOptions",
        {"fusedActivationFunction": schema.ActivationFunctionType.TANH},
    ),
    "WHILE": ("WhileOptions", {"condSubgraphIndex": 1, "bodySubgraphIndex": 2}),
}
"""Options of each operator that has any, and how they are set in these graphs."""

_SETTINGS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "activation": lambda name: {"fusedActivationFunction": getattr(schema.ActivationFunctionType, name)},
    "transposed": lambda value: {"adjY": value},
}
"""Options of the schema for each setting of NumPy's operators."""


@dataclass
class Node:
    """One operator: its kind, tensors by index, and settings."""

    kind: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    settings: Mapping[str, Any]


@dataclass
class Graph:
    """A graph under construction; every method that adds a tensor returns its index.

    Attributes
    ----------
    names, values
        Name of each tensor, and an example of its values: the constant itself, or zeros.
    constants, variables
        Tensors whose values the file stores, and those that keep a state.
    loop
        Condition and body of its WHILE operator, if it has one.
    """

    names: list[str] = field(default_factory=list)
    values: list[Array] = field(default_factory=list)
    constants: set[int] = field(default_factory=set)
    variables: set[int] = field(default_factory=set)
    inputs: list[int] = field(default_factory=list)
    outputs: list[int] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    loop: tuple["Graph", ...] = ()

    def input(self, name: str, shape: tuple[int, ...], dtype: str = "float32") -> int:
        """Add an input."""
        self.inputs.append(self._tensor(name, np.zeros(shape, dtype)))
        return self.inputs[-1]

    def constant(self, name: str, values: npt.ArrayLike, dtype: str = "float32") -> int:
        """Add a constant."""
        index = self._tensor(name, np.asarray(values, dtype))
        self.constants.add(index)
        return index

    def state(self, name: str, shape: tuple[int, ...]) -> int:
        """Add a tensor that an operator keeps from step to step."""
        index = self._tensor(name, np.zeros(shape, np.float32))
        self.variables.add(index)
        return index

    def add(self, kind: str, name: str, *operands: int, **settings: Any) -> int:
        """Add an operator that computes the tensor of that name."""
        given = [self.values[index] if index != LEFT_OUT else np.zeros(0) for index in operands]
        with np.errstate(all="ignore"):
            result = np.asarray(OPERATORS[kind](*given, **settings))
        if result.dtype == np.float64:
            result = result.astype(np.float32)
        index = self._tensor(name, np.zeros_like(result))
        self.nodes.append(Node(kind, operands, (index,), settings))
        return index

    def repeat(self, condition: "Graph", body: "Graph", *operands: int) -> list[int]:
        """Add a WHILE operator over the operands; return the tensors it leaves."""
        self.loop = (condition, body)
        results = [self._tensor(f"last_{self.names[index]}", self.values[index]) for index in operands]
        self.nodes.append(Node("WHILE", operands, tuple(results), {}))
        return results

    def dense(self, name: str, given: int, weights: Array, bias: npt.ArrayLike = 0.0, activation: str = "NONE") -> int:
        """Add a FULLY_CONNECTED operator with weights (outputs, inputs) and a bias."""
        matrix = self.constant(f"{name}_weights", weights)
        added = self.constant(f"{name}_bias", np.broadcast_to(bias, len(weights)))
        return self.add("FULLY_CONNECTED", name, given, matrix, added, activation=activation)

    def _tensor(self, name: str, values: Array) -> int:
        self.names.append(name)
        self.values.append(values)
        return len(self.names) - 1

    def computed(self, inputs: Mapping[str, Array], rounding: Rounding | None = None) -> dict[str, Array]:
        """Values of all tensors by name, in float64, each floating-point number rounded as told."""

        def rounded(values: Array) -> Array:
            if values.dtype.kind != "f":
                return values
            return values.astype(np.float64) if rounding is None else rounding(values).astype(np.float64)

        found = {index: rounded(self.values[index]) for index in self.constants | self.variables}
        found |= {index: rounded(np.asarray(inputs[self.names[index]])) for index in self.inputs}
        with np.errstate(all="ignore"):
            for node in self.nodes:
                if node.kind == "WHILE":
                    found |= dict(
                        zip(node.outputs, self._looped([found[i] for i in node.inputs], rounding), strict=True)
                    )
                    continue
                given = [found[index] if index != LEFT_OUT else np.zeros(0) for index in node.inputs]
                found[node.outputs[0]] = rounded(np.asarray(OPERATORS[node.kind](*given, **node.settings)))
        return {self.names[index]: values for index, values in found.items()}

    def _looped(self, state: list[Array], rounding: Rounding | None) -> list[Array]:
        condition, body = self.loop
        while condition.results(state, rounding)[0].all():
            state = body.results(state, rounding)
        return state

    def results(self, inputs: list[Array], rounding: Rounding | None = None) -> list[Array]:
        """Values of the outputs for those of the inputs, both in order."""
        named = {self.names[index]: values for index, values in zip(self.inputs, inputs, strict=True)}
        found = self.computed(named, rounding)
        return [found[self.names[index]] for index in self.outputs]

    def file(self, old_codes: bool = False) -> bytes:
        """Contents of a ``.tflite`` file; with its operator codes in the old place only, if asked for."""
        content = schema.ModelT()
        content.version, content.operatorCodes = 3, []
        content.buffers = [schema.BufferT()]  # the first one is empty, by the schema
        content.subgraphs = [graph._packed(content) for graph in (self, *self.loop)]
        if old_codes:
            for code in content.operatorCodes:
                code.builtinCode = 0
        return packed(content)

    def _packed(self, content: schema.ModelT) -> schema.SubGraphT:
        graph = schema.SubGraphT()
        graph.tensors, graph.operators = [], []
        graph.inputs, graph.outputs = self.inputs, self.outputs
        for index, (name, values) in enumerate(zip(self.names, self.values, strict=True)):
            tensor = schema.TensorT()
            tensor.name, tensor.shape = name.encode(), list(values.shape)
            tensor.type, tensor.isVariable = _TYPES[str(values.dtype)], index in self.variables
            if index in self.constants:
                stored = schema.BufferT()
                stored.data = np.frombuffer(values.tobytes(), np.uint8)
                content.buffers.append(stored)
                tensor.buffer = len(content.buffers) - 1
            graph.tensors.append(tensor)
        graph.operators = [_operator(content, node) for node in self.nodes]
        return graph


def _operator(content: schema.ModelT, node: Node) -> schema.OperatorT:
    code, op = schema.OperatorCodeT(), schema.OperatorT()
    code.builtinCode = code.deprecatedBuiltinCode = getattr(schema.BuiltinOperator, node.kind)
    code.version = 1
    known = [(old.builtinCode, old.version) for old in content.operatorCodes]
    if (code.builtinCode, code.version) not in known:
        content.operatorCodes.append(code)
        known.append((code.builtinCode, code.version))
    op.opcodeIndex = known.index((code.builtinCode, code.version))
    op.inputs, op.outputs = list(node.inputs), list(node.outputs)
    if node.kind in _OPTIONS:
        name, fixed = _OPTIONS[node.kind]
        op.builtinOptionsType, op.builtinOptions = getattr(schema.BuiltinOptions, name), getattr(schema, f"{name}T")()
        for setting, value in node.settings.items():
            fixed = fixed | _SETTINGS[setting](value)
        for option, value in fixed.items():
            if not hasattr(op.builtinOptions, option):
                raise AttributeError(f"{name} has no {option}")
            setattr(op.builtinOptions, option, value)
    return op
