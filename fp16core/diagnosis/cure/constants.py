"""Constants that float16 turns into infinity or into 0, replaced by the nearest of a few numbers that it holds."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fp16core.diagnosis.cure.edit import GraphEdit
from fp16core.diagnosis.cure.homogeneity import LINEAR
from fp16core.diagnosis.ranges.limits import LARGEST, SMALLEST_NORMAL
from fp16core.diagnosis.words import name_text
from fp16core.text import count_text
from fp16core.tflite.graph import Tensor
from fp16core.tflite.model_file import ModelFile

_CLAMPS = (1e4, 32768.0, LARGEST, 1e3)
"""Magnitudes that are tried: the usual one first, which leaves room for what is added to it."""

_SMALLEST = float(np.finfo(np.float16).smallest_subnormal)
"""Smallest positive float16 number, which some hardware takes for 0, as it does all below the smallest normal one."""

MOST_CLAMPED, MOST_RAISED = len(_CLAMPS), 2
"""Most copies of a file that `clamped` and `raised` make."""

_EPSILON_NUMBERS = 4096
"""Most numbers of a constant that counts as an epsilon: one for each channel at most."""


@dataclass(frozen=True)
class Replacement:
    """Other constants for a file.

    Attributes
    ----------
    model
        The file with them.
    words
        Replacement in words.
    operators
        Operators that read the constants, by index.
    """

    model: ModelFile
    words: str
    operators: tuple[int, ...]


def clamped(model: ModelFile) -> Iterator[Replacement]:
    """Copies of a float32 file, each with its finite constants beyond float16's range clamped to some magnitude.

    Weights that are multiplied and summed are left alone: every one of them counts in the results.

    Raises
    ------
    ModelFileError
        If the file is damaged.
    """
    weights = {op.inputs[1] for op in model.graph.operators if op.name in LINEAR and len(op.inputs) > 1}
    found = [
        tensor
        for tensor in _constants(model)
        if tensor.index not in weights and _is_beyond(tensor.values.astype(np.float32)).any()
    ]
    for limit in _CLAMPS if found else ():
        changed = {tensor.index: _clamp(tensor.values.astype(np.float32), limit) for tensor in found}
        yield _replaced(model, changed, f"numbers beyond ±65,504 in {_named(found)} clamped to ±{limit:,.0f}")


def raised(model: ModelFile) -> Iterator[Replacement]:
    """Copies of a float32 file, each with the positive constants that float16 holds badly or not at all raised.

    Only constants that are added, or that a maximum is taken with, are raised: they are there to keep a number off 0.

    Raises
    ------
    ModelFileError
        If the file is damaged.
    """
    small = _epsilons(model)
    vanishing = [tensor for tensor in small if _vanishes(tensor)]
    for limit, found in ((_SMALLEST, vanishing), (SMALLEST_NORMAL, small)):
        if found:
            changed = {t.index: np.maximum(t.values.astype(np.float32), np.float32(limit)) for t in found}
            yield _replaced(model, changed, f"numbers in {_named(found)} raised to {limit:.1e}")


def has_vanishing(model: ModelFile) -> bool:
    """True if a constant that `raised` would raise is 0 in float16."""
    return any(map(_vanishes, _epsilons(model)))


def _epsilons(model: ModelFile) -> list[Tensor]:
    """Constants of positive numbers below the smallest normal float16 number that keep another number off 0."""
    added = {index for op in model.graph.operators if op.name in ("ADD", "MAXIMUM") for index in op.inputs}
    found = [tensor for tensor in _constants(model) if tensor.index in added]
    return [t for t in found if 0 < t.values.size <= _EPSILON_NUMBERS and _is_epsilon(t.values.astype(np.float32))]


def _is_epsilon(values: npt.NDArray[np.float32]) -> bool:
    return bool(((values > 0) & (values < SMALLEST_NORMAL)).all())


def _vanishes(tensor: Tensor) -> bool:
    return bool((tensor.values.astype(np.float16) == 0).any())


def _constants(model: ModelFile) -> list[Tensor]:
    read = {index for op in model.graph.operators for index in op.inputs}
    return [t for t in model.graph.tensors if t.is_constant and t.dtype == "float32" and t.index in read]


def _is_beyond(values: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    with np.errstate(over="ignore"):
        return np.isfinite(values) & ~np.isfinite(values.astype(np.float16))


def _clamp(values: npt.NDArray[np.float32], limit: float) -> npt.NDArray[np.float32]:
    return np.where(_is_beyond(values), np.copysign(np.float32(limit), values), values).astype(np.float32)


def _replaced(model: ModelFile, values: dict[int, npt.NDArray[np.float32]], words: str) -> Replacement:
    edit = GraphEdit(model)
    for index, numbers in values.items():
        edit.replace_constant(index, numbers)
    readers = tuple(op.index for op in model.graph.operators if not values.keys().isdisjoint(op.inputs))
    return Replacement(edit.built(), words, readers)


def _named(tensors: list[Tensor]) -> str:
    first = name_text(tensors[0].name)
    return first if len(tensors) == 1 else f"{first} and {count_text(len(tensors) - 1, 'other constant')}"
