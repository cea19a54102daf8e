"""A training run in a separate process: ``python -m fp16core.worker.training.process``."""

import base64
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fp16core.data.mnist import DatasetContents, dataset_path
from fp16core.jobs.scratch import scratch_folder
from fp16core.jobs.serve import Client, serve
from fp16core.runs.record import REFERENCE_FILE, TARGET_FILE
from fp16core.tflite.model_file import ModelFile, ModelPair
from fp16core.training.recipe import Recipe
from fp16core.worker.training.run import train_run

MODULE = "fp16core.worker.training.process"
"""Module for a `fp16core.jobs.job.Job`."""


def request_for(out: Path | None, recipe: Recipe, name: str | None = None) -> dict[str, Any]:
    """Return a request to train and write a run, with absolute paths.

    Without ``out`` nothing is kept on disk, and the answer holds the models.
    """
    return {
        "out": None if out is None else str(out.absolute()),
        "recipe": asdict(recipe),
        "name": name,
        "dataset": str(dataset_path().absolute()),
    }


def private_pair(answer: dict[str, Any], name: str) -> ModelPair:
    """The models in the answer to a request without ``out``."""
    reference, target = (base64.b64decode(answer[file]) for file in (REFERENCE_FILE, TARGET_FILE))
    record = answer["record"]
    return ModelPair(name, ModelFile(reference, REFERENCE_FILE), ModelFile(target, TARGET_FILE), record)


def work(request: dict[str, Any], client: Client) -> dict[str, Any]:
    """Do a training run; an attachment is a data set to use instead of the one that the request names."""
    source: Path | DatasetContents = Path(request.get("dataset") or dataset_path())
    if client.attachments:
        source = DatasetContents(client.attachments[0], request.get("dataset_name") or "the data set")
    if request["out"] is not None:
        return _train(Path(request["out"]), request, client, source)
    with scratch_folder() as folder:
        record = _train(folder / "run", request, client, source)
        models = {
            name: base64.b64encode((folder / "run" / name).read_bytes()).decode()
            for name in (REFERENCE_FILE, TARGET_FILE)
        }
    return {"record": record, **models}


def _train(out: Path, request: dict[str, Any], client: Client, source: Path | DatasetContents) -> dict[str, Any]:
    return train_run(
        out,
        Recipe.from_dict(request["recipe"]),
        client.progress,
        lambda message: client.tell(**message),
        source,
        request.get("name"),
    )


if __name__ == "__main__":
    serve(work)
