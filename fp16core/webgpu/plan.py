"""A network as work for a GPU: shaders, stored numbers and images in one message, which a browser only carries out."""

import gzip
import hashlib
import json
import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from fp16core.text import count_text, dimensions_text
from fp16core.tflite.chain import WINDOWED, Layer
from fp16core.vocabulary import CLASSES, ModelFileError
from fp16core.webgpu.probes import PROBES
from fp16core.webgpu.shaders import layer_shader, pixel_shader
from fp16core.webgpu.wgsl import WORKGROUP, Adding, Precision

MOST_AT_ONCE = 200
"""Images of a call: enough to keep a GPU busy, few enough to tell of progress and to stop."""

_MOST_THREADS = 65_535 * WORKGROUP
"""Threads of a call on every WebGPU device."""

_MOST_BYTES = 1 << 26
"""Bytes of a layer's results, half of what every WebGPU device can bind."""

_AT_ONCE_STEP = 4
"""Images of a call are a multiple of this, for its bytes to be a multiple of 4."""

_ALIGNMENT = 256
"""Offsets of stored numbers are multiples of this, as every WebGPU device allows."""

_MOST_LAYERS = 64
"""Layers of a network; each is a shader that the browser compiles four times."""

_SIDE, PIXELS = 28, 784
"""Pixels of an image: on each side, and in all."""

WAYS = {
    Precision.FLOAT32: (Adding.DRIVER,),
    Precision.FLOAT16: (Adding.DRIVER, Adding.FUSED, Adding.APART),
}
"""Programs that are made of a network."""


@dataclass(frozen=True)
class Message:
    """A plan with images for a browser.

    Attributes
    ----------
    digest
        Of the weights and images, which an answer repeats.
    data
        Compressed: a length of four bytes, a JSON document of that length, then the blocks that it names.
    """

    digest: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, eq=False)
class Plan:
    """A network as work for a GPU.

    Attributes
    ----------
    at_once
        Images of a call.
    programs
        For each precision and each formation of sums, the shaders in order.
    stored
        Numbers that all shaders of a precision read; those of a shader begin at its ``offset``.
    """

    at_once: int
    programs: dict[Precision, dict[Adding, list[dict[str, Any]]]] = field(repr=False)
    stored: dict[Precision, bytes] = field(repr=False)

    def message(self, images: npt.NDArray[np.uint8], most: int | None = None) -> Message:
        """Everything that a browser needs to run images.

        ``most`` is the number of images that there are, if not all of them are sent.
        """
        blocks = self._blocks() | {"pixels": images.tobytes()}
        digest = hashlib.sha256(b"".join(blocks.values())).hexdigest()
        most = len(images) if most is None else most
        head = {"digest": digest, "images": len(images), "most": most, "atOnce": self.at_once}
        probes = {precision.value: probe.document() for precision, probe in PROBES.items()}
        return Message(digest, _packed(head | {"probes": probes} | self._head(*Adding), blocks))

    @cached_property
    def drawing_message(self) -> bytes:
        """Everything that a browser needs to run single images of its own, by sums as the driver likes."""
        return _packed({"atOnce": 1} | self._head(Adding.DRIVER), self._blocks())

    def _blocks(self) -> dict[str, bytes]:
        return {precision.value: data for precision, data in self.stored.items()}

    def _head(self, *wanted: Adding) -> dict[str, Any]:
        return {
            "pixels": PIXELS,
            "classes": CLASSES,
            "workgroup": WORKGROUP,
            "programs": {
                precision.value: {adding.name.lower(): steps for adding, steps in ways.items() if adding in wanted}
                for precision, ways in self.programs.items()
            },
        }


def _packed(head: Mapping[str, Any], blocks: Mapping[str, bytes]) -> bytes:
    """A document and the blocks that it names, compressed."""
    names = [{"name": name, "bytes": len(data)} for name, data in blocks.items()]
    document = json.dumps({**head, "blocks": names}).encode()
    return gzip.compress(struct.pack("<I", len(document)) + document + b"".join(blocks.values()), 6, mtime=0)


def plan(layers: Sequence[Layer]) -> Plan:
    """Work for a GPU that computes a network's logits.

    Parameters
    ----------
    layers
        A network, as returned by `fp16core.tflite.chain.read_chain`.

    Raises
    ------
    ModelFileError
        If its results are no ten logits of 784 pixels, or one of its layers is too large.
    """
    if len(layers) > _MOST_LAYERS:
        raise ModelFileError(f"the network has {len(layers)} layers; a browser runs at most {_MOST_LAYERS} here.")
    programs: dict[Precision, dict[Adding, list[dict[str, Any]]]] = {}
    stored = {precision: _Stored(precision) for precision in Precision}
    for precision, ways in WAYS.items():
        offsets = [stored[precision].add(values) for values in _numbers(layers)]
        programs[precision] = {adding: _steps(layers, precision, adding, offsets) for adding in ways}
    most = max(step["made"] for step in programs[Precision.FLOAT32][Adding.DRIVER])
    fitting = min(_MOST_THREADS // most, _MOST_BYTES // (most * Precision.FLOAT32.size_bytes), MOST_AT_ONCE)
    at_once = fitting // _AT_ONCE_STEP * _AT_ONCE_STEP
    if not at_once:
        raise ModelFileError(
            f"a layer of the network makes {count_text(most, 'number')} of an image, more than a browser's GPU is sure "
            "to hold for four images; use a smaller network."
        )
    if programs[Precision.FLOAT32][Adding.DRIVER][-1]["made"] != CLASSES:
        made = dimensions_text(layers[-1].output_shape)
        raise ModelFileError(f"the network ends in an array of {made}; expected {CLASSES} logits.")
    return Plan(at_once, programs, {precision: each.data() for precision, each in stored.items()})


@dataclass(eq=False)
class _Stored:
    """Numbers of all shaders of a precision, one block after the other."""

    precision: Precision
    parts: list[bytes] = field(default_factory=list)
    size: int = 0

    def add(self, values: npt.NDArray[np.float32]) -> dict[str, int]:
        """Append numbers; return where they begin, and their length."""
        with np.errstate(over="ignore"):
            data = values.astype(f"<{self.precision.value[0]}{self.precision.size_bytes}").tobytes()
        place = {"offset": self.size, "bytes": len(data) + -len(data) % 4}
        padded = data + bytes(-len(data) % _ALIGNMENT)
        self.parts.append(padded)
        self.size += len(padded)
        return place

    def data(self) -> bytes:
        return b"".join(self.parts)


def _numbers(layers: Sequence[Layer]) -> list[npt.NDArray[np.float32]]:
    """Numbers that each shader reads: values of the 256 bytes, then each layer's weights and bias."""
    found = [np.arange(256, dtype=np.float32) / np.float32(255)]
    for layer in layers:
        if layer.operator.name == "RESHAPE":
            continue
        if layer.weights is None:
            found.append(np.zeros(1, np.float32))
            continue
        outputs = layer.output_shape[-1]
        bias = np.zeros(outputs, np.float32) if layer.bias is None else layer.bias
        found.append(np.concatenate([layer.weights.ravel(), bias]))
    return found


def _steps(
    layers: Sequence[Layer], precision: Precision, adding: Adding, offsets: Sequence[dict[str, int]]
) -> list[dict[str, Any]]:
    shaders, given = [pixel_shader(PIXELS, precision)], _image_shape(layers)
    for layer in layers:
        shader = layer_shader(layer, given, precision, adding)
        if shader is not None:
            shaders.append(shader)
        given = layer.output_shape
    return [
        {"shader": shader.text, "made": shader.made, "stored": place}
        for shader, place in zip(shaders, offsets, strict=True)
    ]


def _image_shape(layers: Sequence[Layer]) -> tuple[int, ...]:
    """Shape of an image as the first layer takes it; `ModelFileError` unless it has 28 × 28 pixels."""
    first = layers[0]
    if first.operator.name == "RESHAPE":
        fits = math.prod(first.output_shape) == PIXELS
    elif first.operator.name in WINDOWED and (first.weights is None or first.weights.shape[3] == first.groups == 1):
        fits = first.window(_SIDE, _SIDE).count == first.output_shape[:2]
    else:
        fits = False
    if not fits:
        raise ModelFileError(f"the network begins with {first.operator.name} of other images than 28 × 28 pixels.")
    return (_SIDE, _SIDE, 1)
