"""Chains of operators with random weights, written with LiteRT's schema: small enough for sums in Python loops."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from ai_edge_litert import schema_py_generated as schema

from fp16core.convert.quantizer import quantize_tflite
from fp16core.tflite.model_file import ModelFile, ModelPair
from fp16core.tflite.window import Window
from tests.helpers.networks.handmade import Codes, new_model, new_operator, new_tensor, packed

Shape = tuple[int, ...]
Step = Callable[[Any, int, Shape, np.random.Generator], tuple[int, Shape]]
"""Adds an operator to a model, after the tensor of an index and a shape; returns those of what it computes."""

_ACTIVATIONS = schema.ActivationFunctionType


def convolution(filters: int, size: Shape, stride: Shape = (1, 1), same: bool = False, ends_in: str = "NONE") -> Step:
    """CONV_2D."""

    def add(content: Any, given: int, shape: Shape, random: np.random.Generator) -> tuple[int, Shape]:
        weights = random.normal(0, 1 / np.sqrt(np.prod(size) * shape[2]), (filters, *size, shape[2]))
        return _windowed(content, given, shape, "CONV_2D", (weights, random), size, stride, same, ends_in)

    return add


def depthwise(multiplier: int, size: Shape, stride: Shape = (1, 1), same: bool = False, ends_in: str = "NONE") -> Step:
    """DEPTHWISE_CONV_2D."""

    def add(content: Any, given: int, shape: Shape, random: np.random.Generator) -> tuple[int, Shape]:
        weights = random.normal(0, 1 / np.sqrt(np.prod(size)), (1, *size, shape[2] * multiplier))
        return _windowed(content, given, shape, "DEPTHWISE_CONV_2D", (weights, random), size, stride, same, ends_in)

    return add


def pooling(kind: str, size: Shape, stride: Shape, same: bool = False, ends_in: str = "NONE") -> Step:
    """AVERAGE_POOL_2D or MAX_POOL_2D."""

    def add(content: Any, given: int, shape: Shape, _random: np.random.Generator) -> tuple[int, Shape]:
        return _windowed(content, given, shape, kind, None, size, stride, same, ends_in)

    return add


def rectifier(kind: str) -> Step:
    """RELU or RELU6, as an operator."""

    def add(content: Any, given: int, shape: Shape, _random: np.random.Generator) -> tuple[int, Shape]:
        made = _computed(content, kind, shape)
        new_operator(content, getattr(Codes, kind), [given], [made], schema.BuiltinOptions.NONE)
        return made, shape

    return add


def mean(content: Any, given: int, shape: Shape, _random: np.random.Generator) -> tuple[int, Shape]:
    """MEAN over rows and columns."""
    axes = _named(content, "axes", (2,), data=np.array([1, 2], np.int32))
    made = _computed(content, "mean", shape[2:])
    new_operator(content, Codes.MEAN, [given, axes], [made], schema.BuiltinOptions.ReducerOptions)
    return made, shape[2:]


def reshape(*to: int) -> Step:
    """RESHAPE."""

    def add(content: Any, given: int, _shape: Shape, _random: np.random.Generator) -> tuple[int, Shape]:
        wanted = _named(content, "shape", (len(to) + 1,), data=np.array([-1, *to], np.int32))
        made = _computed(content, "reshaped", to)
        new_operator(content, Codes.RESHAPE, [given, wanted], [made], schema.BuiltinOptions.ReshapeOptions)
        return made, to

    return add


def fully_connected(outputs: int, ends_in: str = "NONE") -> Step:
    """RESHAPE and FULLY_CONNECTED."""

    def add(content: Any, given: int, shape: Shape, random: np.random.Generator) -> tuple[int, Shape]:
        inputs = int(np.prod(shape))
        flat, _ = reshape(inputs)(content, given, shape, random)
        drawn = random.normal(0, 1 / np.sqrt(inputs), (outputs, inputs)).astype(np.float32)
        weights = _named(content, "weights", drawn.shape, data=drawn)
        bias = _named(content, "bias", (outputs,), data=_half(random.normal(0, 0.5, outputs)))
        made = _computed(content, "sums", (outputs,))
        options = schema.BuiltinOptions.FullyConnectedOptions
        op = new_operator(content, Codes.FULLY_CONNECTED, [flat, weights, bias], [made], options)
        op.builtinOptions.fusedActivationFunction = getattr(_ACTIVATIONS, ends_in)
        return made, (outputs,)

    return add


def chain(*steps: Step, image: Shape = (28, 28), seed: int = 0) -> ModelFile:
    """A float32 model of steps, from images of a shape."""
    content, random = new_model(), np.random.default_rng(seed)
    first = current = _computed(content, "image", image)
    shape = image
    for step in steps:
        current, shape = step(content, current, shape, random)
    graph = content.subgraphs[0]
    graph.inputs, graph.outputs = [first], [current]
    return packed(content)


CHAINS: dict[str, tuple[Step, ...]] = {
    "padded, of odd strides": (
        reshape(28, 28, 1),
        convolution(4, (3, 2), (2, 3), same=True, ends_in="RELU6"),
        convolution(6, (4, 3), (3, 2), same=True, ends_in="RELU"),
        fully_connected(10),
    ),
    "depthwise": (
        reshape(28, 28, 1),
        convolution(3, (3, 3), (2, 2), ends_in="RELU"),
        depthwise(2, (3, 3), (2, 2), same=True, ends_in="RELU6"),
        depthwise(1, (2, 3)),
        rectifier("RELU"),
        mean,
        fully_connected(10),
    ),
    "pooled": (
        reshape(28, 28, 1),
        depthwise(4, (3, 3), (2, 2)),
        rectifier("RELU6"),
        pooling("AVERAGE_POOL_2D", (3, 3), (2, 2), same=True),
        pooling("MAX_POOL_2D", (3, 2), (2, 1), same=True),
        pooling("AVERAGE_POOL_2D", (2, 3), (1, 2), ends_in="RELU"),
        fully_connected(12, "RELU"),
        fully_connected(10),
    ),
}
"""Between them, all kinds of operators, paddings and functions; from 28 × 28 pixels to ten logits."""


@cache
def chain_pair(name: str) -> ModelPair:
    """One of `CHAINS`, and its copy with float16 weights."""
    reference = ModelFile(chain(*CHAINS[name]).contents, name)
    return ModelPair(name, reference, ModelFile(quantize_tflite(reference).contents, f"{name}, half"))


def _computed(content: Any, name: str, shape: Shape) -> int:
    return _named(content, name, (1, *shape), (-1, *shape))


def _half(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """Float16 numbers in float32: LiteRT Quantizer leaves biases alone."""
    return values.astype(np.float16).astype(np.float32)


def _named(content: Any, name: str, *others: Any, **settings: Any) -> int:
    """A tensor whose name no other one has: LiteRT Quantizer tells them apart by it."""
    return new_tensor(content, f"{name} {len(content.subgraphs[0].tensors)}", *others, **settings)


def _windowed(
    content: Any,
    given: int,
    shape: Shape,
    kind: str,
    drawn: tuple[Any, np.random.Generator] | None,
    size: Shape,
    stride: Shape,
    same: bool,
    ends_in: str,
) -> tuple[int, Shape]:
    count = Window.over(shape[:2], size, stride, same).count  # type: ignore[arg-type]
    inputs, channels = [given], shape[2]
    if drawn is not None:
        weights, random = drawn
        channels = weights.shape[3 if kind.startswith("DEPTHWISE") else 0]
        inputs.append(_named(content, "kernel", weights.shape, data=weights.astype(np.float32)))
        bias = _half(random.normal(0, 0.5, channels))
        inputs.append(_named(content, "bias", bias.shape, data=bias))
    made = _computed(content, kind, (*count, channels))
    options = {"CONV_2D": "Conv2DOptions", "DEPTHWISE_CONV_2D": "DepthwiseConv2DOptions"}.get(kind, "Pool2DOptions")
    op = new_operator(content, getattr(Codes, kind), inputs, [made], getattr(schema.BuiltinOptions, options))
    settings = op.builtinOptions
    settings.padding = schema.Padding.SAME if same else schema.Padding.VALID
    settings.strideH, settings.strideW = stride
    settings.fusedActivationFunction = getattr(_ACTIVATIONS, ends_in)
    if kind == "DEPTHWISE_CONV_2D":
        settings.depthMultiplier = channels // shape[2]
    if drawn is None:
        settings.filterHeight, settings.filterWidth = size
    return made, (*count, channels)
