"""Recipes for LiteRT Quantizer: all weights to float16, but for those of some operators, by scope."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from fp16core.tflite.graph import Operator, TfliteFile

_LONGEST_SCOPE = 10_000
"""Characters after which LiteRT Quantizer cuts a scope off."""

_CAST_WEIGHTS = {"CONV_2D": 1, "DEPTHWISE_CONV_2D": 1, "FULLY_CONNECTED": 1, "TRANSPOSE_CONV": 1, "EMBEDDING_LOOKUP": 1}
"""Operators whose weights LiteRT Quantizer casts, and the position of these."""

_FLOAT16: dict[str, Any] = {
    "regex": ".*",
    "operation": "*",
    "algorithm_key": "float_casting",
    "op_config": {
        "weight_tensor_config": {"num_bits": 16, "symmetric": True, "granularity": "TENSORWISE", "dtype": "FLOAT"},
        "compute_precision": "FLOAT",
        "explicit_dequantize": True,
        "skip_checks": False,
        "min_weight_elements": 0,
    },
}

_KEPT: dict[str, Any] = {
    "operation": "*",
    "algorithm_key": "no_quantize",
    "op_config": {
        "compute_precision": "FLOAT",
        "explicit_dequantize": False,
        "skip_checks": False,
        "min_weight_elements": 0,
    },
}


@dataclass(frozen=True)
class WeightGroup:
    """Operators that can only be left in float32 together, because they read the same stored weights.

    Attributes
    ----------
    operators
        Their indices.
    tensors
        Indices of the weights.
    weights
        Numbers in them, each counted once.
    """

    operators: tuple[int, ...]
    tensors: tuple[int, ...]
    weights: int

    @property
    def extra_bytes(self) -> int:
        """Bytes by which the file grows, without its description, if the weights stay float32."""
        return 2 * self.weights


def weight_groups(file: TfliteFile) -> tuple[WeightGroup, ...]:
    """Groups of operators whose weights are cast, and can be named in a recipe.

    Left out are operators without a name of their own: none, one of another operator, or one too long to be matched.
    """
    scopes = Counter(scope(file, op) for op in file.operators)
    by_buffer: dict[int, list[Operator]] = defaultdict(list)
    for op in file.operators:
        index = _cast_tensor(file, op)
        if index is not None:
            by_buffer[file.tensors[index].buffer].append(op)
    groups = []
    for members in by_buffer.values():
        names = [scope(file, op) for op in members]
        if any(not name or scopes[name] > 1 or len(name) > _LONGEST_SCOPE for name in names):
            continue
        tensors = tuple(dict.fromkeys(op.inputs[_CAST_WEIGHTS[op.name]] for op in members))
        weights = max(int(np.prod(file.tensors[index].shape)) for index in tensors)
        groups.append(WeightGroup(tuple(op.index for op in members), tensors, weights))
    return tuple(groups)


def _cast_tensor(file: TfliteFile, op: Operator) -> int | None:
    """Index of the weights of an operator that LiteRT Quantizer casts, if there are any."""
    position = _CAST_WEIGHTS.get(op.name)
    if position is None or len(op.inputs) <= position or op.inputs[position] < 0:
        return None
    tensor = file.tensors[op.inputs[position]]
    return tensor.index if tensor.is_constant and tensor.dtype == "float32" else None


def scope(file: TfliteFile, op: Operator) -> str:
    """Scope of an operator, by which LiteRT Quantizer's recipes name it: the names of its results, each with ``;``."""
    names = [file.tensors[index].name for index in op.outputs if index >= 0]
    return "".join(f"{name};" for name in names if name)


def recipe(file: TfliteFile, tensors: Iterable[int]) -> list[dict[str, Any]]:
    """Recipe that casts all weights to float16 but for those of operators that read some tensors."""
    kept = set(tensors)
    scopes = [scope(file, op) for op in file.operators if _cast_tensor(file, op) in kept]
    return [_FLOAT16, *({"regex": f"^{re.escape(name)}$"} | _KEPT for name in scopes)]


def recipe_text(entries: list[dict[str, Any]]) -> str:
    """A recipe as the JSON text that ``load_quantization_recipe`` reads."""
    return json.dumps(entries, indent=1) + "\n"
