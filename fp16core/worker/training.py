"""A training run in a process of its own: ``python -m fp16core.worker.training``."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from fp16core.data.mnist import DatasetContents, dataset_path
from fp16core.models.recipe import Recipe
from fp16core.worker.run import train_run
from fp16core.worker.serve import Client, serve

MODULE = "fp16core.worker.training"
"""What to hand to a `fp16core.worker.job.Job`."""


def request_for(out: Path, recipe: Recipe, name: str | None = None) -> dict[str, Any]:
    """What to ask this module: train and write a run; its paths do not depend on where this process is."""
    return {
        "out": str(out.absolute()),
        "recipe": asdict(recipe),
        "name": name,
        "dataset": str(dataset_path().absolute()),
    }


def work(request: dict[str, Any], client: Client) -> dict[str, Any]:
    """Do a training run; an attachment is a data set to use instead of the one that the request names."""
    source: Path | DatasetContents = Path(request.get("dataset") or dataset_path())
    if client.attachments:
        source = DatasetContents(client.attachments[0], request.get("dataset_name") or "the data set")
    return train_run(
        Path(request["out"]),
        Recipe.of(request["recipe"]),
        client.progress,
        lambda message: client.tell(**message),
        source,
        request.get("name"),
    )


if __name__ == "__main__":
    serve(work)
