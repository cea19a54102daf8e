"""``run.json``, the record of a training run: its one validator, and the files it vouches for."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from fp16core.training.recipe import Recipe
from fp16core.vocabulary import RecipeError, RunError

KERAS_FILE = "mnist_model.keras"
REFERENCE_FILE = "mnist_model.tflite"
TARGET_FILE = "mnist_model_quant_f16.tflite"
QUANTIZER_FILE = "mnist_model_quantizer_f16.tflite"
LOG_FILE = "train.log"
RUN_FILE = "run.json"
LABEL_FILE = "label.json"

FORMAT = 2
"""Version of ``run.json`` that is written; format 1 has neither LiteRT Quantizer's file nor a log."""

MAX_RUN_BYTES = 100_000_000
"""Largest total size of a run's files; those of the largest recipe have 3 MB and a log."""

_REQUIRED_FILES = {
    1: {REFERENCE_FILE, TARGET_FILE},
    2: {KERAS_FILE, REFERENCE_FILE, TARGET_FILE, QUANTIZER_FILE, LOG_FILE},
}
"""Files that a record must list, by format."""

_FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


@dataclass(frozen=True)
class FileRecord:
    """Size and SHA-256 of a file, as ``run.json`` lists them.

    Attributes
    ----------
    size_bytes
        Size of the file.
    sha256
        Hexadecimal digest of its contents.
    """

    size_bytes: int
    sha256: str


@dataclass(frozen=True)
class RunRecord:
    """A validated ``run.json``.

    Attributes
    ----------
    document
        The whole record, as it was parsed.
    format
        Version of its layout, 1 to `FORMAT`.
    created
        End of the run, UTC.
    recipe
        Settings of the training.
    name
        Name that the run was given when it was trained; `None` if it was given none.
    files
        Size and digest of every other file of the run, by name.
    """

    document: Mapping[str, Any] = field(repr=False)
    format: int
    created: datetime
    recipe: Recipe
    name: str | None
    files: Mapping[str, FileRecord]

    @property
    def required_files(self) -> frozenset[str]:
        """Names of the files that every run of this format has."""
        return frozenset(_REQUIRED_FILES[self.format])


def parse_record(contents: bytes, called: str, remedy: str) -> RunRecord:
    """Parse and validate a ``run.json``.

    Parameters
    ----------
    contents
        Contents of the file.
    called
        Name of the file in error messages, where it begins a sentence.
    remedy
        Advice that ends the error message.

    Raises
    ------
    RunError
        If it is not a run's record, or only a newer version can read it.
    """
    try:
        document = json.loads(contents)
        written = document["format"]
        if isinstance(written, int) and written > FORMAT:
            raise RunError(f"{called} has format {written}, which only a newer Half the Bits can read.")
        _expect(written in _REQUIRED_FILES, "format")
        files = _files(document["files"], _REQUIRED_FILES[written])
        created = datetime.fromisoformat(document["created"])
        _expect(created.tzinfo is not None, "created")
        images, changed = document["test_images"], document["changed_predictions"]
        _expect(type(images) is int and images >= 1, "test_images")
        _expect(type(changed) is int and 0 <= changed <= images, "changed_predictions")
        for key in ("reference_accuracy", "target_accuracy"):
            _expect(type(document[key]) in (int, float) and 0 <= document[key] <= 1, key)
        name = document.get("name")
        _expect(name is None or is_run_name(name), "name")
        _expect(isinstance(document.get("dataset", {}), dict), "dataset")
        recipe = Recipe(**document["recipe"])
        return RunRecord(document, int(written), created.astimezone(UTC), recipe, name, files)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError, RecipeError) as error:
        raise RunError(f"{called} is not a run's record ({error!r:.200}); {remedy}") from error


def verify(contents: bytes, recorded: FileRecord, called: str, remedy: str) -> None:
    """Raise `RunError` unless a file has the digest that the record lists; ``called`` and ``remedy`` as above."""
    found = file_record(contents)
    if found["sha256"] != recorded.sha256:
        raise RunError(
            f"{called} was altered or cut off: {found['size_bytes']:,} bytes with SHA-256 {found['sha256'][:12]}…, "
            f"its {RUN_FILE} says {recorded.size_bytes:,} bytes with {recorded.sha256[:12]}…; {remedy}"
        )


def file_record(contents: bytes) -> dict[str, Any]:
    """Size and SHA-256 of a file, in the form in which ``run.json`` lists them."""
    return {"size_bytes": len(contents), "sha256": hashlib.sha256(contents).hexdigest()}


def is_run_name(value: object) -> bool:
    """Return whether a value is text that can be shown as the name of a run."""
    return isinstance(value, str) and value.strip() != "" and value.isprintable()


def _files(listed: Mapping[str, Any], required: set[str]) -> Mapping[str, FileRecord]:
    _expect(required <= listed.keys(), "files")
    for name, known in listed.items():
        _expect(_FILE_NAME.fullmatch(name) is not None and name not in (RUN_FILE, LABEL_FILE), "files")
        _expect(type(known["size_bytes"]) is int and isinstance(known["sha256"], str), name)
    return {name: FileRecord(known["size_bytes"], known["sha256"]) for name, known in listed.items()}


def _expect(condition: bool, key: str) -> None:
    if not condition:
        raise ValueError(f"invalid {key!r}")
