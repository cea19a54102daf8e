"""Inspection of a stranger's model files without running them: size, offsets, graph, and the roles of two files."""

from collections.abc import Sequence

from fp16core.text import count_text, excess_text
from fp16core.tflite.data_shapes import sized_by_data
from fp16core.tflite.graph import TfliteFile
from fp16core.tflite.halves import holds_float16_weights
from fp16core.tflite.ledger import byte_ledger
from fp16core.tflite.model_file import ModelFile
from fp16core.tflite.reader import model_root
from fp16core.vocabulary import ModelFileError, PairError

MAX_FILE_BYTES = 10_000_000
"""Largest ``.tflite`` file accepted."""

MAX_OPERATORS = 600
"""Operators that graphs and tables can show."""


def check_file(model: ModelFile) -> None:
    """Raise `ModelFileError` unless all offsets in a file point into it, and its graph is one that pages can show."""
    name = model.name
    if model.size_bytes > MAX_FILE_BYTES:
        raise ModelFileError(
            f"{name} has {excess_text(model.size_bytes, MAX_FILE_BYTES)} are accepted. Use a smaller network."
        )
    file = model.graph
    graphs = model_root(model.contents, name).SubgraphsLength()
    if graphs > 1:
        raise ModelFileError(f"{name} has {graphs:,} graphs, which call each other; only a single one can be shown.")
    if max(len(file.operators), len(file.tensors) // 10) > MAX_OPERATORS:
        raise ModelFileError(
            f"{name} has {count_text(len(file.operators), 'operator')} and {count_text(len(file.tensors), 'tensor')}; "
            f"at most {MAX_OPERATORS:,} and {10 * MAX_OPERATORS:,} can be shown."
        )
    for op in file.operators:
        if op.name in ("UNKNOWN", "CUSTOM", "DELEGATE"):
            raise ModelFileError(
                f"{name}: operator {op.index} is not one of LiteRT's own; convert with built-in ones only."
            )
    for op in sized_by_data(file):
        raise ModelFileError(
            f"{name}: operator {op.index} ({op.name}) takes the size of its result from the pixels of the image, and "
            "the memory that the next image needs is unknown; convert the model with sizes that are fixed, or that "
            "follow from the number of images."
        )
    for tensor in file.tensors:
        if tensor.is_constant and tensor.has_numbers:
            _ = tensor.values  # raises if they do not fill its shape
    byte_ledger(model)
    _check_order(name, file)


def _check_order(name: str, file: TfliteFile) -> None:
    """Raise if an operator reads what no operator has produced yet: LiteRT might compute with uninitialised memory."""
    made = {tensor.index for tensor in file.tensors if tensor.is_constant} | {tensor.index for tensor in file.inputs}
    for op in file.operators:
        if missing := [file.tensors[index].name for index in op.inputs if index >= 0 and index not in made]:
            raise ModelFileError(
                f"{name}: operator {op.index} ({op.name}) reads '{missing[0]}', which no operator before it "
                "produces; its contents would be undefined."
            )
        made.update(op.outputs)


def order_files(files: Sequence[ModelFile]) -> tuple[tuple[int, int], list[str]]:
    """Positions of the float32 and the float16 file, and remarks; the second position is meaningless for one file."""
    halves = [holds_float16_weights(file) for file in files]
    if len(files) == 1:
        if halves[0]:
            raise ModelFileError(
                f"{files[0].name} holds float16 weights already; upload the float32 file that it was made from, or "
                "both."
            )
        return (0, 0), []
    if all(halves):
        raise PairError(
            f"{files[0].name} and {files[1].name} both hold float16 weights; one must be the float32 model."
        )
    if halves[0]:
        return (1, 0), [f"The files were given in the other order: {files[1].name} is the float32 one."]
    return (0, 1), []
