"""A stranger's ``.keras`` file, converted and tried out in a separate process that loads TensorFlow.

``python -m fp16core.worker.trial.keras_file``
"""

import base64
from pathlib import PurePath
from typing import Any

from fp16core.convert.from_keras import convert_keras, load_keras
from fp16core.convert.keras_archive import check_archive
from fp16core.jobs.scratch import scratch_folder
from fp16core.jobs.serve import Client, serve
from fp16core.jobs.spec import Limits
from fp16core.lab.conversions import CONVERTER
from fp16core.system.limits import confine
from fp16core.tflite.model_file import ModelFile
from fp16core.training.recipe import import_tensorflow
from fp16core.worker.trial.trial import Tried, tried, try_files

MODULE = "fp16core.worker.trial.keras_file"
"""Name of this module, for a `fp16core.jobs.job.Job`."""

LIMITS = Limits(seconds=900, memory_bytes=1_500_000_000, cpu_seconds=180)
"""Limits on loading, converting and trying: TensorFlow alone takes more than half a gigabyte."""

LEAST_BYTES = 900_000_000
"""Least memory with which a trial makes sense."""

_FILE_BYTES = 500_000_000


def request_for(name: str) -> dict[str, Any]:
    """Request to convert and try a ``.keras`` file, the job's one attachment."""
    return {"name": name}


def tried_keras(answer: dict[str, Any]) -> Tried:
    """Parse the answer of this module."""
    return tried(answer, [], {"converted_by": CONVERTER})


def convert(request: dict[str, Any], client: Client) -> dict[str, Any]:
    """Load a ``.keras`` file, convert it to float32 and float16, and try both."""
    confine(None, _FILE_BYTES)
    name, (contents,) = request["name"], client.attachments
    client.progress("reading the file", 0.02)
    check_archive(contents, name)
    client.progress("loading TensorFlow", 0.05)
    import_tensorflow()
    with scratch_folder() as folder:
        path = folder / "model.keras"
        path.write_bytes(contents)
        client.progress("loading the model", 0.4)
        model = load_keras(path, name, compiled=False)
        client.progress("converting it to float32 and float16", 0.5)
        reference, target = convert_keras(model)
    stem = PurePath(name).stem
    files = [ModelFile(reference, f"{stem}.tflite"), ModelFile(target, f"{stem}_quant_f16.tflite")]
    answer = try_files(files, lambda what, done: client.progress(what, 0.7 + 0.3 * done), name)
    return answer | {role: base64.b64encode(files[answer[role]].contents).decode() for role in ("reference", "target")}


if __name__ == "__main__":
    serve(convert)
