"""Text of the compute shaders (WGSL) that compute a network's layers, one thread for each number that a layer makes.

A shader has four bindings: what the layer is given, its stored numbers, what it makes, and a uniform whose first number
is 0 and whose second is the count of images. The 0 is unknown to the compiler, so what is combined with its bits cannot
be merged with the operation after it.
"""

import math
from dataclasses import dataclass

import numpy as np

from fp16core.numerics.layer_views import reciprocals, values_per_window
from fp16core.tflite.chain import WINDOWED, Layer
from fp16core.webgpu import wgsl
from fp16core.webgpu.wgsl import WORKGROUP, Adding, Precision


@dataclass(frozen=True)
class Shader:
    """A compute shader, and how many numbers it makes of an image; it needs a thread for each.

    Attributes
    ----------
    text
        WGSL.
    made
        Numbers made of each image.
    """

    text: str
    made: int


def pixel_shader(pixels: int, precision: Precision) -> Shader:
    """Shader that looks bytes, four in a number, up in the 256 stored numbers that they stand for."""
    return Shader(_framed(wgsl.PIXELS, "NONE", pixels, precision, Adding.DRIVER, "u32"), pixels)


def layer_shader(layer: Layer, given: tuple[int, ...], precision: Precision, adding: Adding) -> Shader | None:
    """Shader of a layer; `None` if the layer computes nothing.

    Parameters
    ----------
    layer
        One of a chain.
    given
        Shape of what it is given for each image; images without an axis for channels have one.
    precision, adding
        Type of its numbers, and formation of its sums.
    """
    kind = layer.operator.name
    if kind == "RESHAPE":
        return None
    if kind in WINDOWED:
        body = _windowed(layer, given, precision)
    elif kind == "FULLY_CONNECTED":
        inputs, outputs = math.prod(given), layer.output_shape[0]
        body = wgsl.DENSE.substitute(inputs=inputs, outputs=outputs, biases=inputs * outputs)
    else:
        body = wgsl.RECTIFIER
    made = math.prod(layer.output_shape)
    return Shader(_framed(body, layer.activation, made, precision, adding), made)


def _framed(body: str, activation: str, made: int, precision: Precision, adding: Adding, given: str = "real") -> str:
    return wgsl.FRAME.substitute(
        enable="enable f16;\n" if precision is Precision.FLOAT16 else "",
        real=precision.value,
        given=given,
        kept=wgsl.KEPT[precision],
        add=wgsl.ADDING[adding],
        ended=wgsl.ENDED[activation],
        workgroup=WORKGROUP,
        made=made,
        body=body,
    )


def _windowed(layer: Layer, given: tuple[int, ...], precision: Precision) -> str:
    window, channels, outputs = layer.window(given[0], given[1]), given[2], layer.output_shape[-1]
    sizes = {
        "rows": window.count[0],
        "columns": window.count[1],
        "outputs": outputs,
        "row_size": window.count[1] * outputs,
        "made": math.prod(layer.output_shape),
        "height": window.size[0],
        "width": window.size[1],
        "down": window.stride[0],
        "right": window.stride[1],
        "top": window.before[0],
        "left": window.before[1],
        "given_rows": given[0],
        "given_columns": given[1],
        "channels": channels,
    }
    if layer.weights is not None:
        each = wgsl.CONVOLVED if layer.operator.name == "CONV_2D" else wgsl.DEPTHWISE
        before, after = wgsl.SUMMED, wgsl.BIASED.substitute(biases=layer.weights.size)
        inner = each.substitute(sizes, multiplier=outputs // layer.groups)
    elif layer.operator.name == "MAX_POOL_2D":
        before, inner, after = wgsl.LARGEST
    else:
        before, inner = wgsl.AVERAGED[:2]
        after = wgsl.AVERAGED[2].substitute(factors=_factors(layer, given, precision))
    return wgsl.WINDOW.substitute(sizes, before=before, each=inner, after=after)


def _factors(layer: Layer, given: tuple[int, ...], precision: Precision) -> str:
    """Choice of the reciprocal of the number of values under a window; nine digits tell all float32 numbers apart."""
    counts = values_per_window(layer, given[0], given[1])
    exact = (1 / counts).astype(np.float32)
    factors = exact if precision is Precision.FLOAT32 else reciprocals(layer, given[0], given[1])
    return "".join(
        f"    if (count == {count}u) {{\n        factor = {factor:.9e};\n    }}\n"
        for count, factor in sorted({*zip(counts.ravel().tolist(), factors.ravel().tolist(), strict=True)})
    )
