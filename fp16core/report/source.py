"""Sources of a report's numbers: data set, files, machine, versions, and the command that made it."""

import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil

import fp16core
from fp16core.data.mnist import BUNDLED, images_digest
from fp16core.report.findings import Findings
from fp16core.runtime.processor import read_processor
from fp16core.runtime.versions import versions
from fp16core.text import bytes_text, count_text
from fp16core.training.recipe import Recipe
from fp16core.training.recipe_text import recipe_text

_YES_OR_NO = {True: "yes", False: "no", None: "unknown"}
"""Words for whether the processor has a feature."""


@dataclass(frozen=True)
class Source:
    """Origin of a report that its findings do not tell.

    Attributes
    ----------
    dataset
        Name of the data set.
    made_by
        Command or page that made the report, without names of folders.
    made_at
        Time at which it was made, UTC.
    """

    dataset: str
    made_by: str
    made_at: datetime


def dataset_name(path: Path) -> str:
    """Return the name of a data set on disk, without its folder."""
    return "MNIST" if path == BUNDLED else path.name


def source_document(findings: Findings, source: Source) -> dict[str, Any]:
    """Return all sources, for JSON."""
    comparison, pair = findings.comparison, findings.pair
    return {
        "made": {"by": source.made_by, "at_utc": source.made_at.isoformat(timespec="seconds")},
        "dataset": {
            "name": source.dataset,
            "images": comparison.images,
            "images_sha256": images_digest(findings.images),
            "labels_sha256": images_digest(comparison.labels),
        },
        "models": [
            {"role": role, "name": model.name, "size_bytes": model.size_bytes, "sha256": model.sha256}
            for role, model in (
                ("reference", pair.reference),
                ("target", pair.target),
            )
        ],
        "recipe": pair.run.get("recipe"),
        "machine": {
            **asdict(read_processor()),
            "memory_bytes": psutil.virtual_memory().total,
            "system": f"{platform.system()} {platform.release()}",
            "architecture": platform.machine(),
        },
        "versions": {"half the bits": fp16core.__version__, **_packages()},
    }


def _packages() -> dict[str, str]:
    return {name: version for name, version in versions().items() if name != "system"}


def source_tables(document: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return the sources in words: rows of tables, by heading."""
    dataset, machine = document["dataset"], document["machine"]
    models = {}
    for model, words in zip(document["models"], ("float32", "float16"), strict=True):
        models[f"{words} file"] = f"{model['name']}, {bytes_text(model['size_bytes'])}"
        models[f"{words} file, SHA-256"] = model["sha256"]
    if document["recipe"]:
        models["trained"] = recipe_text(Recipe.from_dict(document["recipe"]))
    return {
        "Models": models,
        "Test images": {
            "data set": f"{dataset['name']}, {count_text(dataset['images'], 'test image')}",
            "images, SHA-256": dataset["images_sha256"],
            "labels, SHA-256": dataset["labels_sha256"],
        },
        "Machine": {
            "processor": f"{machine['name']}, {count_text(machine['cores'], 'core')} for this process",
            **{f"… {f['name']}": f"{_YES_OR_NO[f['is_there']]}: {f['meaning']}" for f in machine["features"]},
            "memory": f"{machine['memory_bytes'] / 1e9:.1f} GB",
            "system": f"{machine['system']}, {machine['architecture']}",
        },
        "Versions": dict(document["versions"]),
    }
