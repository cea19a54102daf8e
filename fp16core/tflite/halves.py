"""Detection of ``.tflite`` files that compute with anything stored as float16."""

from ai_edge_litert import schema_py_generated as schema

from fp16core.tflite.model_file import ModelFile
from fp16core.tflite.reader import buffer_span, check_indices, damage_named, integers, model_root


def holds_float16_weights(model: ModelFile) -> bool:
    """Return whether an operator, in any of the file's graphs, reads stored float16 numbers.

    Parameters
    ----------
    model
        A ``.tflite`` file.

    Raises
    ------
    ModelFileError
        If the bytes are not a LiteRT model or are damaged.
    """
    root = model_root(model.contents, model.name)
    with damage_named(model.name, model.size_bytes):
        graphs = map(root.Subgraphs, range(root.SubgraphsLength()))
        return any(_reads_float16(model.contents, root, graph) for graph in graphs)


def _reads_float16(model: bytes, root: schema.Model, graph: schema.SubGraph) -> bool:
    read = {index for i in range(graph.OperatorsLength()) for index in integers(graph.Operators(i).InputsAsNumpy())}
    read.discard(-1)  # an input that is left out
    check_indices(read, 0, graph.TensorsLength())
    buffers = {graph.Tensors(i).Buffer() for i in read if graph.Tensors(i).Type() == schema.TensorType.FLOAT16}
    check_indices(buffers, 0, root.BuffersLength())
    return any(start < stop for start, stop in (buffer_span(model, root.Buffers(i)) for i in buffers))
