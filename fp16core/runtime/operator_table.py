"""Table of a file's operators, with the part of the runtime that executes each."""

from fp16core.runtime.delegation import Partition
from fp16core.tflite.graph import TfliteFile


def operator_table(file: TfliteFile, partitions: tuple[Partition, ...]) -> dict[str, list[object]]:
    """Columns of a table with a row for each operator: its input and output tensors, and what executes it.

    Parameters
    ----------
    file
        A parsed ``.tflite`` file.
    partitions
        Partitions that the delegate executes, as returned by `delegate_partitions`.
    """
    delegated = {index: number for number, partition in enumerate(partitions, 1) for index in partition.operators}
    return {
        "no.": [op.index for op in file.operators],
        "operator": [op.name for op in file.operators],
        "reads": [", ".join(str(i) for i in op.inputs if i >= 0) for op in file.operators],
        "makes": [", ".join(map(str, op.outputs)) for op in file.operators],
        "run by": [
            f"XNNPACK, part {delegated[op.index]}" if op.index in delegated else "LiteRT itself"
            for op in file.operators
        ],
    }
