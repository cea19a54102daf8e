"""A file's tensors in words and as tables: columns by their titles."""

from collections import Counter

from fp16core.text import dimensions_text
from fp16core.tflite.graph import Tensor, TfliteFile
from fp16core.tflite.roles import Role, tensor_roles

Table = dict[str, list[object]]


def shape_text(tensor: Tensor) -> str:
    """Shape of a tensor: ``n × 28 × 28``, where n is chosen at run time; empty for a scalar."""
    return dimensions_text(tensor.shape_signature) if tensor.shape_signature else ""


def tensor_text(tensor: Tensor) -> str:
    """Type and shape of a tensor: ``float32 n × 28 × 28``."""
    return f"{tensor.dtype} {shape_text(tensor)}".rstrip()


def tensor_table(file: TfliteFile) -> Table:
    """One row for each tensor: its role, type and shape, and the bytes that the file stores of it."""
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
    """Roles that tensors of one type have, in the order of `Role`."""
    roles = tensor_roles(file)
    found = {roles[tensor.index] for tensor in file.tensors if tensor.dtype == dtype}
    return tuple(role for role in Role if role in found)


def type_table(reference: TfliteFile, target: TfliteFile) -> Table:
    """Number of tensors of each type in both files, by role."""
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
