"""A file's operators as a table, with the part of the runtime that executes each."""

from fp16core.runtime.delegation import Partition
from fp16core.tflite.graph import TfliteFile


def operator_table(file: TfliteFile, parts: tuple[Partition, ...]) -> dict[str, list[object]]:
    """One row for each operator: its input and output tensors, and whether the delegate executes it.

    Parameters
    ----------
    file
        The file.
    parts
        Operators that its delegate executes, as `delegate_partitions` returns them.
    """
    taken = {index: number for number, part in enumerate(parts, 1) for index in part.operators}
    return {
        "no.": [op.index for op in file.operators],
        "operator": [op.name for op in file.operators],
        "reads": [", ".join(str(i) for i in op.inputs if i >= 0) for op in file.operators],
        "makes": [", ".join(map(str, op.outputs)) for op in file.operators],
        "run by": [
            f"XNNPACK, part {taken[op.index]}" if op.index in taken else "LiteRT itself" for op in file.operators
        ],
    }
