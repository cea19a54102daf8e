"""Messages for a browser's GPU, run with wgpu, which is among the packages for development.

A graphics driver is named in the environment (``VK_DRIVER_FILES``) before wgpu is imported, so this belongs in a
process of its own.
"""

import gzip
import json
import struct
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from fp16core.webgpu.wgsl import Precision

_TYPES: dict[str, Any] = {Precision.FLOAT32.value: np.dtype("<f4"), Precision.FLOAT16.value: np.dtype("<f2")}


def opened(message: bytes) -> tuple[Any, dict[str, bytes]]:
    """The document and the blocks of a message, as the browser takes it apart."""
    whole = gzip.decompress(message)
    (length,) = struct.unpack_from("<I", whole)
    document, at, blocks = json.loads(whole[4 : 4 + length]), 4 + length, {}
    for block in document["blocks"]:
        blocks[block["name"]] = whole[at : at + block["bytes"]]
        at += block["bytes"]
    if at != len(whole):
        raise ValueError(f"the blocks of the message end at byte {at:,}, and it has {len(whole):,}.")
    return document, blocks


@dataclass(frozen=True, eq=False)
class Program:
    """A message's shaders for one precision and one way to form sums, ready to run.

    Attributes
    ----------
    document
        Of the message.
    dtype
        Type of its numbers.
    images, call, logits
        Buffers of the pixels, of the count of images, and of the results.
    steps
        Pipeline, bindings and numbers made of an image, for each shader.
    """

    document: Any = field(repr=False)
    dtype: Any
    images: Any
    call: Any
    logits: Any
    steps: list[tuple[Any, Any, int]] = field(repr=False)


class Gpu:
    """A device with float16, and what it computes of messages.

    Parameters
    ----------
    name
        The device's name; `None` for the first that has float16.
    """

    def __init__(self, name: str | None = None) -> None:
        import wgpu

        self._usage = wgpu.BufferUsage
        adapters = [each for each in wgpu.gpu.enumerate_adapters_sync() if "shader-f16" in each.features]
        found = {each.info["device"]: each for each in reversed(adapters)}
        if not found or (name is not None and name not in found):
            raise LookupError(f"no {name or 'device'} with float16 among {', '.join(found) or 'none'}")
        adapter = adapters[0] if name is None else found[name]
        self._device: Any = adapter.request_device_sync(required_features=["shader-f16"])

    def _buffer(self, size: int, usage: int) -> Any:
        return self._device.create_buffer(size=-(-size // 4) * 4, usage=usage)

    def _pipeline(self, text: str, bound: list[tuple[Any, int, int]]) -> tuple[Any, Any]:
        module = self._device.create_shader_module(code=text)
        pipeline = self._device.create_compute_pipeline(
            layout="auto", compute={"module": module, "entry_point": "main"}
        )
        entries = [
            {"binding": place, "resource": {"buffer": buffer, "offset": offset, "size": size}}
            for place, (buffer, offset, size) in enumerate(bound)
        ]
        return pipeline, self._device.create_bind_group(layout=pipeline.get_bind_group_layout(0), entries=entries)

    def _submit(self, passes: list[tuple[Any, Any, int]]) -> None:
        encoder = self._device.create_command_encoder()
        work = encoder.begin_compute_pass()
        for pipeline, group, count in passes:
            work.set_pipeline(pipeline)
            work.set_bind_group(0, group)
            work.dispatch_workgroups(count)
        work.end()
        self._device.queue.submit([encoder.finish()])

    def program(self, document: Any, numbers: bytes, precision: str, way: str) -> Program:
        """A program of a message, compiled; ``numbers`` are those of its precision."""
        usage, dtype, at_once = self._usage, _TYPES[precision], document["atOnce"]
        stored = self._device.create_buffer_with_data(data=numbers, usage=usage.STORAGE)
        call = self._buffer(16, usage.UNIFORM | usage.COPY_DST)
        given = images = self._buffer(at_once * document["pixels"], usage.STORAGE | usage.COPY_DST)
        steps = []
        for step in document["programs"][precision][way]:
            made = self._buffer(at_once * step["made"] * dtype.itemsize, usage.STORAGE | usage.COPY_SRC)
            place = step["stored"]
            bound = [(given, 0, given.size), (stored, place["offset"], place["bytes"]), (made, 0, made.size)]
            steps.append((*self._pipeline(step["shader"], [*bound, (call, 0, 16)]), step["made"]))
            given = made
        return Program(document, dtype, images, call, given, steps)

    def run(self, program: Program, pixels: bytes) -> npt.NDArray[np.float32]:
        """Logits of images, from their bytes to numbers in memory."""
        document, queue = program.document, self._device.queue
        size, classes, at_once = document["pixels"], document["classes"], document["atOnce"]
        images, found = len(pixels) // size, []
        for start in range(0, images, at_once):
            count = min(at_once, images - start)
            queue.write_buffer(program.images, 0, pixels[start * size : (start + count) * size])
            queue.write_buffer(program.call, 0, np.array([0, count, 0, 0], np.uint32))
            self._submit([(a, b, -(-count * made // document["workgroup"])) for a, b, made in program.steps])
            data = bytes(queue.read_buffer(program.logits).cast("B"))
            found.append(np.frombuffer(data, program.dtype)[: count * classes].reshape(count, classes))
        return np.concatenate(found).astype(np.float32)

    def probed(self, document: Any, precision: str) -> npt.NDArray[np.float32]:
        """Results of the probe of a precision."""
        usage, probe = self._usage, document["probes"][precision]
        numbers = np.array(probe["given"], _TYPES[precision])
        given = self._device.create_buffer_with_data(data=numbers.tobytes(), usage=usage.STORAGE)
        made = self._buffer(4 * probe["made"], usage.STORAGE | usage.COPY_SRC)
        pipeline, group = self._pipeline(probe["shader"], [(given, 0, given.size), (made, 0, made.size)])
        self._submit([(pipeline, group, 1)])
        return np.frombuffer(bytes(self._device.queue.read_buffer(made).cast("B")), np.float32)
