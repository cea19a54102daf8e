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
from fp16core.tflite.window import Window
from fp16core.vocabulary import ModelFileError, PairError

ACTIVATIONS = ("NONE", "RELU", "RELU6")
"""Functions that a chain may have, fused into operators or as operators; none of them decreases."""

KINDS = (
    "RESHAPE",
    "CONV_2D",
    "DEPTHWISE_CONV_2D",
    "MAX_POOL_2D",
    "AVERAGE_POOL_2D",
    "MEAN",
    "FULLY_CONNECTED",
    "RELU",
    "RELU6",
)
"""Operators of which a chain may consist."""

WINDOWED = ("CONV_2D", "DEPTHWISE_CONV_2D", "MAX_POOL_2D", "AVERAGE_POOL_2D", "MEAN")
"""Those that compute each result from a window of an image with channels; that of MEAN is the whole image."""


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
    groups
        Number of matrices that its weights form: one, or one for each input channel of a depthwise convolution.
    """

    operator: Operator
    output_shape: tuple[int, ...]
    weights: npt.NDArray[np.float32] | None = field(default=None, repr=False)
    bias: npt.NDArray[np.float32] | None = field(default=None, repr=False)
    weights_key: str = ""
    bias_key: str = ""
    groups: int = 1

    @property
    def activation(self) -> str:
        """The function that it ends in or consists of, ``"NONE"`` if there is none."""
        if self.operator.name in ACTIVATIONS:
            return self.operator.name
        return str(self.operator.settings.get("activation", "NONE"))

    def window(self, height: int, width: int) -> Window:
        """The window through which it, one of `WINDOWED`, sees images of a size."""
        settings = self.operator.settings
        if self.operator.name == "MEAN":
            return Window.over((height, width), (height, width), (1, 1), is_padded=False)
        if self.weights is None:
            size = int(settings["filter_height"]), int(settings["filter_width"])
        else:
            size = self.weights.shape[1], self.weights.shape[2]
        stride = int(settings["stride_height"]), int(settings["stride_width"])
        return Window.over((height, width), size, stride, is_padded=settings.get("padding", "VALID") == "SAME")


def read_chain(model: ModelFile) -> tuple[Layer, ...]:
    """The layers of a model made of operators of `KINDS` in a row.

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
        found.append(_layer(op, file, keys, name, shape))
        _check_shape(found[-1], shape, name)
        current, shape = computed.index, found[-1].output_shape
    if current != file.outputs[0].index:
        raise ModelFileError(f"{name}: its operators do not form one chain from the images to the logits.")
    return tuple(found)


def _check(op: Operator, current: int, name: str) -> None:
    if op.name not in KINDS:
        raise ModelFileError(
            f"{name} has the operator {op.name}; only chains of {', '.join(KINDS[:-1])} and {KINDS[-1]} "
            "can be followed here."
        )
    if op.inputs[:1] != (current,):
        raise ModelFileError(f"{name}: {op.name} does not take what the operator before it gives; it is no chain.")
    settings = op.settings
    if settings.get("activation", "NONE") not in ACTIVATIONS:
        raise ModelFileError(f"{name}: {op.name} ends in {settings['activation']}; expected {', '.join(ACTIVATIONS)}.")
    if any(settings.get(f"dilation_{side}", 1) != 1 for side in ("height", "width")):
        raise ModelFileError(f"{name}: {op.name} is dilated, which cannot be followed here.")
    if settings.get("padding", "VALID") not in ("VALID", "SAME"):
        raise ModelFileError(f"{name}: the padding of {op.name} is {settings['padding']}; expected VALID or SAME.")


def _check_shape(layer: Layer, given: tuple[int, ...], name: str) -> None:
    """Raise unless what the layer is given, for one image, is what it multiplies or rearranges."""
    kind, weights, expected = layer.operator.name, layer.weights, layer.output_shape
    if kind == "RESHAPE":
        fits = math.prod(given) == math.prod(expected)
    elif kind == "FULLY_CONNECTED":
        fits = weights is not None and given == weights.shape[1:] and expected == weights.shape[:1]
    elif kind in ACTIVATIONS:
        fits = given == expected
    else:
        fits = len(given) == 3 and min(given) > 0 and _windows_fit(layer, given)
    if not fits:
        raise ModelFileError(
            f"{name}: {kind} takes {dimensions_text(given)} for each image to {dimensions_text(layer.output_shape)}, "
            "which cannot be followed here."
        )


def _windows_fit(layer: Layer, given: tuple[int, ...]) -> bool:
    """Return whether windows of an image of this shape, shape (height, width, channels), give the layer's shape."""
    weights, channels, stored = layer.weights, given[2], layer.operator.settings
    if layer.operator.name == "MEAN":
        return layer.output_shape in ((channels,), (1, 1, channels))
    if min(int(stored.get(f"stride_{side}", 0)) for side in ("height", "width")) < 1:
        return False
    if weights is None:
        made = channels
    elif weights.ndim != 4:
        return False
    elif layer.operator.name == "CONV_2D":
        made = weights.shape[0] if weights.shape[3] == channels else 0
    else:
        made = weights.shape[3] if weights.shape[0] == 1 and weights.shape[3] % channels == 0 else 0
    window = layer.window(given[0], given[1])
    # No window that SAME allows is of use beyond twice the image; a larger one may be meant to exhaust memory.
    within = all(1 <= size <= 2 * side for size, side in zip(window.size, given, strict=False))
    return within and made > 0 and layer.output_shape == (*window.count, made)


def require_same_network(reference: Sequence[Layer], target: Sequence[Layer]) -> None:
    """Raise `PairError` unless both chains compute the same but for the values of their weights."""

    def network(layers: Sequence[Layer]) -> list[object]:
        return [(x.operator.name, dict(x.operator.settings), x.output_shape, x.weights_key, x.bias_key) for x in layers]

    for first, second in zip_longest(network(reference), network(target)):
        if first != second:
            raise PairError(
                f"the reference computes {first}, the target {second}; choose a target converted from this reference."
            )


def _layer(op: Operator, file: TfliteFile, keys: dict[int, str], name: str, given: tuple[int, ...]) -> Layer:
    shape = file.tensors[op.outputs[0]].shape[1:]
    if op.name == "MEAN":
        _check_axes(op, file, name)
    if op.name not in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"):
        return Layer(op, shape)
    stored = [file.source(index) for index in op.inputs[1:3] if index >= 0]
    if not stored or any(tensor.index not in keys for tensor in stored):
        raise ModelFileError(f"{name}: the weights of {op.name} are not floating-point numbers in the file.")
    weights, groups = stored[0].values.astype(np.float32), given[-1] if op.name == "DEPTHWISE_CONV_2D" and given else 1
    if len(stored) == 1:
        return Layer(op, shape, weights, None, keys[stored[0].index], groups=groups)
    bias = stored[1].values.astype(np.float32)
    if bias.shape != shape[-1:]:
        raise ModelFileError(
            f"{name}: {op.name} adds a bias of shape {dimensions_text(bias.shape)} to {dimensions_text(shape)}; "
            "convert the model again."
        )
    return Layer(op, shape, weights, bias, keys[stored[0].index], keys[stored[1].index], groups)


def _check_axes(op: Operator, file: TfliteFile, name: str) -> None:
    """Raise unless MEAN averages over the rows and columns of each image."""
    axes = file.tensors[op.inputs[1]] if len(op.inputs) == 2 else None
    if axes is None or sorted(axes.values.ravel().tolist()) != [1, 2]:
        raise ModelFileError(f"{name}: MEAN averages over other axes than rows and columns, which cannot be followed.")
