"""A network whose operators form one chain from the images to the logits, as arithmetic can follow it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

import numpy as np
import numpy.typing as npt

from fp16core.text import dimensions_text
from fp16core.tflite.graph import Operator, TfliteFile
from fp16core.tflite.model_file import ModelFile
from fp16core.vocabulary import ModelFileError, PairError

ACTIVATIONS = ("NONE", "RELU", "RELU6")
"""Functions fused into operators that a chain may have; none of them decreases."""


@dataclass(frozen=True, eq=False)
class Layer:
    """One operator between the images and the logits.

    Attributes
    ----------
    operator
        Its kind and settings.
    output_shape
        Shape of what it gives for each image.
    weights, bias
        What it multiplies by and adds, upsampled to float32; ``None`` if it has none.
    weights_key, bias_key
        Their keys in `TfliteFile.weights`.
    """

    operator: Operator
    output_shape: tuple[int, ...]
    weights: npt.NDArray[np.float32] | None = field(default=None, repr=False)
    bias: npt.NDArray[np.float32] | None = field(default=None, repr=False)
    weights_key: str = ""
    bias_key: str = ""

    @property
    def activation(self) -> str:
        """The function fused into it, ``"NONE"`` if there is none."""
        return str(self.operator.settings.get("activation", "NONE"))


def read_chain(model: ModelFile) -> tuple[Layer, ...]:
    """The layers of a model made of RESHAPE, CONV_2D, MAX_POOL_2D and FULLY_CONNECTED in a row.

    Arithmetic of shapes and the upsampling of weights are not layers.

    Parameters
    ----------
    model
        A ``.tflite`` file with floating-point weights.

    Raises
    ------
    ModelFileError
        If the file is damaged, or its network is of another kind; the message names the operator.
    """
    file, name = model.graph, model.name
    keys = {tensor.index: key for key, tensor in file.weights().items()}
    found: list[Layer] = []
    shape: tuple[int, ...] = ()
    if not file.inputs or not file.outputs:
        raise ModelFileError(f"{name} has no input or no output; choose a digit classifier.")
    current, shape = file.inputs[0].index, file.inputs[0].shape[1:]
    for op, computed in file.from_input():
        _check(op, current, name)
        found.append(_layer(op, file, keys, name))
        _check_shape(found[-1], shape, name)
        current, shape = computed.index, found[-1].output_shape
    if current != file.outputs[0].index:
        raise ModelFileError(f"{name}: its operators do not form one chain from the images to the logits.")
    return tuple(found)


def _check(op: Operator, current: int, name: str) -> None:
    if op.name not in ("RESHAPE", "CONV_2D", "MAX_POOL_2D", "FULLY_CONNECTED"):
        raise ModelFileError(
            f"{name} has the operator {op.name}; only chains of RESHAPE, CONV_2D, MAX_POOL_2D and FULLY_CONNECTED "
            "can be followed here."
        )
    if op.inputs[:1] != (current,):
        raise ModelFileError(f"{name}: {op.name} does not take what the operator before it gives; it is no chain.")
    settings = op.settings
    if settings.get("activation", "NONE") not in ACTIVATIONS:
        raise ModelFileError(f"{name}: {op.name} ends in {settings['activation']}; expected {', '.join(ACTIVATIONS)}.")
    dilated = any(settings.get(f"dilation_{side}", 1) != 1 for side in ("height", "width"))
    if dilated or settings.get("padding", "VALID") != "VALID":
        raise ModelFileError(f"{name}: {op.name} is padded or dilated, which cannot be followed here.")


def _check_shape(layer: Layer, given: tuple[int, ...], name: str) -> None:
    """Raise unless what the layer is given, for one image, is what it multiplies or rearranges."""
    kind, weights = layer.operator.name, layer.weights
    if kind == "RESHAPE":
        fits = math.prod(given) == math.prod(layer.output_shape)
    elif kind == "CONV_2D":
        fits = weights is not None and len(given) == 3 and weights.shape[3] == given[2]
    elif kind == "FULLY_CONNECTED":
        fits = weights is not None and given == weights.shape[1:]
    else:
        fits = len(given) == 3
    if not fits:
        raise ModelFileError(
            f"{name}: {kind} takes {dimensions_text(given)} for each image to {dimensions_text(layer.output_shape)}, "
            "which cannot be followed here."
        )


def require_same_network(reference: Sequence[Layer], target: Sequence[Layer]) -> None:
    """Raise `PairError` unless both chains compute the same but for the values of their weights."""

    def network(layers: Sequence[Layer]) -> list[object]:
        return [(x.operator.name, dict(x.operator.settings), x.output_shape, x.weights_key, x.bias_key) for x in layers]

    for first, second in zip_longest(network(reference), network(target)):
        if first != second:
            raise PairError(
                f"the reference computes {first}, the target {second}; choose a target converted from this reference."
            )


def _layer(op: Operator, file: TfliteFile, keys: dict[int, str], name: str) -> Layer:
    shape = file.tensors[op.outputs[0]].shape[1:]
    if op.name in ("RESHAPE", "MAX_POOL_2D"):
        return Layer(op, shape)
    stored = [file.source(index) for index in op.inputs[1:3] if index >= 0]
    if any(tensor.index not in keys for tensor in stored):
        raise ModelFileError(f"{name}: the weights of {op.name} are not floating-point numbers in the file.")
    weights = stored[0].values.astype(np.float32)
    if len(stored) == 1:
        return Layer(op, shape, weights, None, keys[stored[0].index])
    bias = stored[1].values.astype(np.float32)
    return Layer(op, shape, weights, bias, keys[stored[0].index], keys[stored[1].index])
