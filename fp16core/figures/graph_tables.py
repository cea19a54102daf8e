"""A model's graph as tables: columns by their titles."""

from collections import Counter

from fp16core.figures.graph import shape_text
from fp16core.runtime.delegation import Partition
from fp16core.tflite.graph import TfliteFile
from fp16core.tflite.roles import Role, tensor_roles

Table = dict[str, list[object]]


def operator_table(file: TfliteFile, parts: tuple[Partition, ...]) -> Table:
    """One row for each operator: what it reads and makes, and who runs it."""
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


def tensor_table(file: TfliteFile) -> Table:
    """One row for each tensor: what it is for, type, shape, and what the file stores of it."""
    roles = tensor_roles(file)
    keys = {tensor.index: key for key, tensor in file.weights().items()}
    return {
        "no.": [tensor.index for tensor in file.tensors],
        "type": [tensor.dtype for tensor in file.tensors],
        "shape": [shape_text(tensor) for tensor in file.tensors],
        "stored bytes": [tensor.stored_size_bytes for tensor in file.tensors],
        "what for": [keys.get(tensor.index, roles[tensor.index].value) for tensor in file.tensors],
        "name in the file": [tensor.name for tensor in file.tensors],
    }


def roles_of_type(file: TfliteFile, dtype: str) -> tuple[Role, ...]:
    """What the tensors of one type are for, in the order of `Role`."""
    roles = tensor_roles(file)
    found = {roles[tensor.index] for tensor in file.tensors if tensor.dtype == dtype}
    return tuple(role for role in Role if role in found)


def type_table(reference: TfliteFile, target: TfliteFile) -> Table:
    """Number of tensors of each type, by what they are for, in both files."""
    counts = [_type_counts(file) for file in (reference, target)]
    roles = [role for role in Role if any(role in found for found in counts)]
    return {
        "tensors": [role.value for role in roles],
        "float32 file": [counts[0].get(role, "none") for role in roles],
        "float16 file": [counts[1].get(role, "none") for role in roles],
    }


def _type_counts(file: TfliteFile) -> dict[Role, str]:
    roles = tensor_roles(file)
    counts: dict[Role, Counter[str]] = {}
    for tensor in file.tensors:
        counts.setdefault(roles[tensor.index], Counter())[tensor.dtype] += 1
    return {role: ", ".join(f"{n} {dtype}" for dtype, n in found.items()) for role, found in counts.items()}
