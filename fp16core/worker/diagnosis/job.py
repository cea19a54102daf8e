"""A stranger's model diagnosed in a separate process: ``python -m fp16core.worker.diagnosis.job``.

The model is parsed, run, quantized and cured here and nowhere else; the files that are made on the way are sent back
in pieces, before the answer.
"""

import base64
from dataclasses import replace
from typing import Any

from fp16core.diagnosis.diagnosis import diagnose
from fp16core.diagnosis.document import diagnosis_document
from fp16core.jobs.serve import Client, serve
from fp16core.system.limits import confine
from fp16core.tflite.model_file import ModelFile
from fp16core.worker.diagnosis.request import PIECE_BYTES, options_of
from fp16core.worker.trial.inspection import order_files

_ADDRESS_SPACE_BYTES, _ADDRESS_SPACE_TIMES = 4_000_000_000, 3
"""Memory that the process may ask for: libraries map far more than they use."""

_FILE_BYTES = 100_000_000


def work(request: dict[str, Any], client: Client) -> dict[str, Any]:
    """Diagnose the model that is the first attachment, as the request says."""
    memory_bytes = client.memory_bytes or 0
    confine(max(_ADDRESS_SPACE_BYTES, _ADDRESS_SPACE_TIMES * memory_bytes), _FILE_BYTES, client.memory_bytes)
    model, options = ModelFile(client.attachments[0], request["name"]), options_of(request, client.attachments)
    if options.target is not None:
        files = model, options.target
        (reference, target), _ = order_files(files)
        model, options = files[reference], replace(options, target=files[target])
    found = diagnose(model, options, client.progress)
    for name, contents in found.files.items():
        for start in range(0, len(contents), PIECE_BYTES):
            piece = contents[start : start + PIECE_BYTES]
            client.tell(file=name, piece=base64.b64encode(piece).decode())
    client.progress("done", 1.0)
    return {"document": diagnosis_document(found)}


if __name__ == "__main__":
    serve(work)
