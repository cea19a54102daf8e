"""TensorFlow's converter in a separate process: ``python -m fp16core.worker.conversion``."""

import base64
from typing import Any

from fp16core.convert.from_keras import convert_keras
from fp16core.convert.to_keras import rebuild_keras
from fp16core.jobs.scratch import scratch_folder
from fp16core.jobs.serve import Client, serve
from fp16core.jobs.spec import Limits
from fp16core.system.limits import confine
from fp16core.tflite.model_file import ModelFile
from fp16core.training.recipe import import_tensorflow

MODULE = "fp16core.worker.conversion"
"""Module for a `fp16core.jobs.job.Job`."""


def request_for(reference: bytes) -> dict[str, Any]:
    """Return a request to convert the network of a float32 ``.tflite`` to float16."""
    return {"reference": base64.b64encode(reference).decode()}


LIMITS = Limits(seconds=900, memory_bytes=1_500_000_000, cpu_seconds=180)
"""Limits for loading TensorFlow and converting."""

_FILE_BYTES = 500_000_000


def target_of(answer: dict[str, Any]) -> bytes:
    """The float16 ``.tflite`` in this module's answer."""
    return base64.b64decode(answer["target"])


def convert(request: dict[str, Any], client: Client) -> dict[str, Any]:
    """Rebuild the tutorial's network around the reference's weights, and convert it."""
    confine(None, _FILE_BYTES)
    reference = ModelFile(base64.b64decode(request["reference"]), "the float32 model")
    client.progress("loading TensorFlow", 0.05)
    import_tensorflow()
    client.progress("rebuilding the network", 0.6)
    network = rebuild_keras(reference)
    client.progress("converting to float16", 0.7)
    with scratch_folder():
        target = convert_keras(network)[1]
    client.progress("done", 1.0)
    return {"target": base64.b64encode(target).decode()}


if __name__ == "__main__":
    serve(convert)
