"""Copies of any model with fixed shapes, which can be cut at any tensor.

`CompiledModel` corrupts memory when it resizes a file, and LiteRT's GPU accelerator rejects dynamic shapes. With
fixed input shapes all integers that follow from them are constant: they are evaluated once and stored.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from fp16core.diagnosis.running.check import check_budget, is_split
from fp16core.diagnosis.running.interpreter import AnyInterpreter, Array
from fp16core.tflite.data_shapes import sized_by_data
from fp16core.tflite.model_file import ModelFile
from fp16core.tflite.packing import packed, unpacked

_OF_SHAPE = ("SHAPE", "RANK")


@dataclass(frozen=True, eq=False)
class FixedModel:
    """A model with fixed shapes.

    Attributes
    ----------
    name
        Name of the model in errors.
    content
        The file as the schema's objects; tensors keep their indices, and are named by them.
    shapes
        Shape of each tensor.
    obstacle
        Reason why LiteRT must not compile it; empty if there is none.
    """

    name: str
    content: schema.ModelT
    shapes: tuple[tuple[int, ...], ...]
    obstacle: str

    def cut(
        self,
        outputs: Sequence[int] | None = None,
        inputs: Sequence[int] | None = None,
        replaced: Mapping[int, Array] | None = None,
    ) -> ModelFile:
        """File of a part of the graph.

        Parameters
        ----------
        outputs
            Tensors that it computes; by default the model's outputs.
        inputs
            Tensors that it is given, by default the model's inputs; operators that compute these are removed.
        replaced
            Other values of stored tensors, by index.
        """
        whole = self.content.subgraphs[0]
        given = [int(index) for index in whole.inputs] if inputs is None else list(inputs)
        wanted = [int(index) for index in whole.outputs] if outputs is None else list(outputs)
        needed = _needed(whole.operators, set(given), wanted)
        graph = schema.SubGraphT()
        graph.name, graph.tensors = b"main", whole.tensors
        graph.operators = [op for place, op in enumerate(whole.operators) if place in needed]
        graph.inputs, graph.outputs = np.array(given, np.int32), np.array(wanted, np.int32)
        content = schema.ModelT()
        content.version, content.operatorCodes = self.content.version, self.content.operatorCodes
        content.subgraphs = [graph, *self.content.subgraphs[1:]]
        content.buffers = self._buffers(graph, set(given), replaced or {})
        return ModelFile(packed(content), self.name)

    def _buffers(self, graph: schema.SubGraphT, given: set[int], replaced: Mapping[int, Array]) -> list[schema.BufferT]:
        """The file's buffers; those that the part does not read are empty."""
        if len(self.content.subgraphs) > 1:
            return list(self.content.buffers)
        read = {int(index) for op in graph.operators for index in op.inputs} | {int(i) for i in graph.outputs}
        used = {graph.tensors[index].buffer for index in read - given if index >= 0}
        changed = {graph.tensors[index].buffer: values for index, values in replaced.items()}
        empty, found = schema.BufferT(), []
        for place, buffer in enumerate(self.content.buffers):
            if place in changed:
                buffer = schema.BufferT()
                buffer.data = np.frombuffer(changed[place].tobytes(), np.uint8)
            found.append(buffer if place in used else empty)
        return found


def fixed_model(model: ModelFile, sample: Sequence[Array]) -> FixedModel:
    """Fix the shapes of a model to those of a sample's inputs.

    Parameters
    ----------
    model
        A ``.tflite`` file that `fp16core.diagnosis.running.check.check_model` accepts.
    sample
        Inputs of one sample.

    Raises
    ------
    ModelFileError
        If LiteRT rejects the model or the inputs, or its tensors take too much memory.
    """
    folded = {} if is_split(model) else _foldable(model)
    results = [index for outputs in folded.values() for index in outputs if index >= 0]
    content = unpacked(model)
    for tensors in (other.tensors for other in content.subgraphs):
        for index, tensor in enumerate(tensors):
            tensor.name = f"t{index}".encode()
    graph = content.subgraphs[0]
    shapes, values = _probed(model, content, results, sample)
    check_budget(model, shapes)
    for index, tensor in enumerate(graph.tensors):
        tensor.shape, tensor.shapeSignature = np.array(shapes[index], np.int32), None
    for index in results:
        stored = schema.BufferT()
        stored.data = np.frombuffer(np.ascontiguousarray(values[index]).tobytes(), np.uint8)
        content.buffers.append(stored)
        graph.tensors[index].buffer = len(content.buffers) - 1
    graph.operators = [op for place, op in enumerate(graph.operators) if place not in folded]
    content.signatureDefs = content.metadata = content.metadataBuffer = None
    return FixedModel(model.name, content, shapes, _obstacle(model))


def _obstacle(model: ModelFile) -> str:
    found = sized_by_data(model.graph)
    if not found:
        return ""
    return (
        f"operator {found[0].index} ({found[0].name}) takes the size of its result from the values of an input, which "
        "LiteRT's compiled models do not allow"
    )


def _probed(
    model: ModelFile, content: schema.ModelT, results: Sequence[int], sample: Sequence[Array]
) -> tuple[tuple[tuple[int, ...], ...], dict[int, Array]]:
    """Shapes of all tensors after a run, and the values of some, which are outputs of the run for once."""
    probe = model
    if results:
        graph = content.subgraphs[0]
        outputs, graph.outputs = graph.outputs, np.array([*graph.outputs, *results], np.int32)
        signatures, content.signatureDefs = content.signatureDefs, None
        probe = ModelFile(packed(content), model.name)
        graph.outputs, content.signatureDefs = outputs, signatures
    interpreter = AnyInterpreter(probe, [values.shape for values in sample])
    interpreter.run(sample)
    known = interpreter.shapes()
    shapes = tuple(known.get(tensor.index, tensor.shape) for tensor in model.graph.tensors)
    return shapes, {index: interpreter.value(index) for index in results}


def _foldable(model: ModelFile) -> dict[int, tuple[int, ...]]:
    """Operators whose integer results follow from the shapes of the inputs alone, with these results."""
    file = model.graph
    known = {tensor.index for tensor in file.tensors if tensor.is_constant}
    outputs = {tensor.index for tensor in file.outputs}
    found = {}
    for op in file.operators:
        whole = all(file.tensors[index].dtype in ("int32", "int64", "bool") for index in op.outputs if index >= 0)
        is_known = op.name in _OF_SHAPE or all(index in known for index in op.inputs if index >= 0)
        if whole and is_known and op.outputs and outputs.isdisjoint(op.outputs):
            found[op.index] = op.outputs
            known.update(op.outputs)
    return found


def _needed(operators: Sequence[schema.OperatorT], given: Collection[int], wanted: Sequence[int]) -> set[int]:
    """Positions of the operators that the wanted tensors depend on."""
    producers = {int(tensor): place for place, op in enumerate(operators) for tensor in op.outputs}
    found: set[int] = set()
    open_ends = [index for index in wanted if index not in given]
    while open_ends:
        place = producers.get(open_ends.pop())
        if place is not None and place not in found:
            found.add(place)
            open_ends += [int(index) for index in operators[place].inputs if int(index) not in given]
    return found
