"""Runs messages for a browser's GPU with wgpu: ``python -m tests.helpers.children.shaders REQUEST ANSWER``.

A process of its own, as the graphics driver must be named in its environment before wgpu is imported. The request is a
pickled list of messages with the programs wanted of each; the answer, arrays in a ``.npz`` file.
"""

import gzip
import json
import pickle
import struct
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Wanted = list[tuple[bytes, list[tuple[str, str]]]]
"""Messages, and of each the precision and way of the programs to run."""


def opened(message: bytes) -> tuple[Any, dict[str, bytes]]:
    """The document and the blocks of a message, as the browser takes it apart."""
    whole = gzip.decompress(message)
    (length,) = struct.unpack_from("<I", whole)
    document, at, blocks = json.loads(whole[4 : 4 + length]), 4 + length, {}
    for block in document["blocks"]:
        blocks[block["name"]] = whole[at : at + block["bytes"]]
        at += block["bytes"]
    assert at == len(whole)
    return document, blocks


class Gpu:
    """A device with float16, and what it computes of messages."""

    def __init__(self) -> None:
        import wgpu

        self._usage = wgpu.BufferUsage
        adapters = wgpu.gpu.enumerate_adapters_sync()
        adapter = next(adapter for adapter in adapters if "shader-f16" in adapter.features)
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

    def logits(self, message: bytes, precision: str, way: str) -> npt.NDArray[np.float32]:
        """Logits of a program of a message."""
        document, blocks = opened(message)
        usage, queue = self._usage, self._device.queue
        dtype = np.dtype({"f32": "<f4", "f16": "<f2"}[precision])
        at_once, pixels, classes = document["atOnce"], document["pixels"], document["classes"]
        stored = self._device.create_buffer_with_data(data=blocks[precision], usage=usage.STORAGE)
        call = self._buffer(16, usage.UNIFORM | usage.COPY_DST)
        given = images = self._buffer(at_once * pixels, usage.STORAGE | usage.COPY_DST)
        steps = []
        for step in document["programs"][precision][way]:
            made = self._buffer(at_once * step["made"] * dtype.itemsize, usage.STORAGE | usage.COPY_SRC)
            place = step["stored"]
            bound = [(given, 0, given.size), (stored, place["offset"], place["bytes"]), (made, 0, made.size)]
            steps.append((*self._pipeline(step["shader"], [*bound, (call, 0, 16)]), step["made"]))
            given = made
        found = []
        for start in range(0, document["images"], at_once):
            count = min(at_once, document["images"] - start)
            queue.write_buffer(images, 0, blocks["pixels"][start * pixels : (start + count) * pixels])
            queue.write_buffer(call, 0, np.array([0, count, 0, 0], np.uint32))
            self._submit([(a, b, -(-count * made // document["workgroup"])) for a, b, made in steps])
            data = bytes(queue.read_buffer(given).cast("B"))
            found.append(np.frombuffer(data, dtype)[: count * classes].reshape(count, classes))
        return np.concatenate(found).astype(np.float32)

    def probed(self, message: bytes, precision: str) -> npt.NDArray[np.float32]:
        """Results of the probe of a precision."""
        usage, probe = self._usage, opened(message)[0]["probes"][precision]
        numbers = np.array(probe["given"], np.dtype({"f32": "<f4", "f16": "<f2"}[precision]))
        given = self._device.create_buffer_with_data(data=numbers.tobytes(), usage=usage.STORAGE)
        made = self._buffer(4 * probe["made"], usage.STORAGE | usage.COPY_SRC)
        pipeline, group = self._pipeline(probe["shader"], [(given, 0, given.size), (made, 0, made.size)])
        self._submit([(pipeline, group, 1)])
        return np.frombuffer(bytes(self._device.queue.read_buffer(made).cast("B")), np.float32)


def main(request: Path, answer: Path) -> None:
    """Answer a request."""
    wanted: Wanted = pickle.loads(request.read_bytes())  # noqa: S301 - written by the test
    gpu, found = Gpu(), {}
    for place, (message, programs) in enumerate(wanted):
        for precision, way in programs:
            run = gpu.probed(message, precision) if way == "probe" else gpu.logits(message, precision, way)
            found[f"{place} {precision} {way}"] = run
    np.savez(answer, **found)  # type: ignore[arg-type]


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
