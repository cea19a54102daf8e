"""Graph of a model for Graphviz, which lays it out in the visitor's browser."""

from collections.abc import Iterator
from itertools import chain, pairwise

from fp16core.runtime.delegation import Partition
from fp16core.tflite.graph import Operator, TfliteFile
from fp16core.tflite.tables import shape_text, tensor_text

_HEAD = """digraph {
    bgcolor=transparent; newrank=true; ranksep=0.3; nodesep=0.12; margin=0;
    node [shape=box, style=rounded, fontname=Helvetica, fontsize=11, margin="0.08,0.05", height=0.3];
    edge [fontname=Helvetica, fontsize=10, arrowsize=0.6];"""


def graph_dot(file: TfliteFile, parts: tuple[Partition, ...], with_shape_arithmetic: bool = True) -> str:
    """Return the graph in Graphviz's language: boxes for operators, arrows for tensors computed at run time.

    Stored tensors are named in the box of the operator that reads them. Boxes and frames have
    classes for a style sheet: ``dequantize``, ``shapes`` (shape arithmetic), ``end`` (the model's
    input and output), ``delegate`` (a frame around the operators of one part).

    Parameters
    ----------
    file
        File to draw.
    parts
        Parts of it that its delegate executes.
    with_shape_arithmetic
        Whether to draw `TfliteFile.shape_arithmetic` as well.
    """
    shapes = file.shape_arithmetic()
    drawn = [op for op in file.operators if with_shape_arithmetic or op not in shapes]
    lines = [_HEAD]
    for kind, ends in (("input", file.inputs), ("output", file.outputs)):
        lines += [_node(f"{kind}{t.index}", [kind, tensor_text(t)], "end", t.name) for t in ends]
    for op in drawn:
        style = "dequantize" if op.name == "DEQUANTIZE" else "shapes" if op in shapes else "operator"
        lines.append(_node(f"op{op.index}", _label(op, file), style, f"{op.name}, operator {op.index} of the file"))
    for number, part in enumerate(parts):  # Graphviz fits frames around boxes; the margin is for arrows' labels
        inside = " ".join(f"op{op.index};" for op in drawn if op.index in part.operators)
        lines.append(
            f'    subgraph cluster{number} {{ class=delegate; style="rounded,dashed"; margin=32; '
            f'tooltip="XNNPACK, part {number + 1}"; {inside} }}'
        )
    return "\n".join([*lines, *_edges(file, drawn, shapes), *_stacked(drawn), "}"])


def _stacked(drawn: list[Operator]) -> Iterator[str]:
    """Invisible arrows that stack the DEQUANTIZE operators of one reader, as phones are narrow."""
    makers = {tensor: op for op in drawn if op.name == "DEQUANTIZE" for tensor in op.outputs}
    for op in drawn:
        for above, below in pairwise(makers[tensor] for tensor in op.inputs if tensor in makers):
            yield f"    op{above.index} -> op{below.index} [style=invis];"


def _edges(file: TfliteFile, drawn: list[Operator], shapes: tuple[Operator, ...]) -> Iterator[str]:
    makers = {t.index: f"input{t.index}" for t in file.inputs}
    makers |= {tensor: f"op{op.index}" for op in drawn for tensor in op.outputs}
    readers = [(f"op{op.index}", tensor, op in shapes) for op in drawn for tensor in dict.fromkeys(op.inputs)]
    readers += [(f"output{t.index}", t.index, False) for t in file.outputs]
    upsampled = {tensor for op in file.upsampling() for tensor in op.outputs}
    for reader, index, is_dim in readers:
        if index not in makers:
            continue
        tensor = file.tensors[index]
        # Type and shape that the box at either end shows are not repeated.
        is_said = reader.startswith("output") or index in upsampled
        said = [] if is_said else [tensor.dtype, shape_text(tensor)]
        style = "shapes" if is_dim or tensor.dtype.startswith("int") else "tensor"
        label, tooltip = r"\n".join(f"  {line}     " for line in said if line), _quoted(tensor.name)
        yield f'    {makers[index]} -> {reader} [label="{label}", class={style}, tooltip="{tooltip}"];'


def _label(op: Operator, file: TfliteFile) -> list[str]:
    roles = {tensor.index: key.split(".")[1] for key, tensor in file.weights().items()}
    constants = [file.tensors[i] for i in dict.fromkeys(op.inputs) if i >= 0 and file.tensors[i].is_constant]
    named = [t for t in constants if t.index in roles]
    # Boxes side by side are narrow: there, type and shape get a line of their own.
    parts = [[roles[t.index], tensor_text(t)] for t in named]
    if op.name == "DEQUANTIZE":
        return [op.name, *chain(*parts), *(f"→ {file.tensors[i].dtype}" for i in op.outputs)]
    return [op.name, *map(" ".join, parts)]


def _node(identity: str, lines: list[str], style: str, tooltip: str) -> str:
    label = "\\n".join(map(_quoted, lines))
    return f'    {identity} [label="{label}", class={style}, tooltip="{_quoted(tooltip)}"];'


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
