"""Model pairs on disk: the bundled one, a training run's, or any two files."""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fp16core.files import read_regular
from fp16core.training.recipe import Recipe
from fp16core.vocabulary import ModelFileError, ModelPair, RecipeError

BUNDLED = Path(__file__).with_name("bundled")
ENVIRONMENT_VARIABLE = "HALFBITS_PAIR"

BUNDLED_NAME = "Bundled pair"
"""Name of the pair that comes with this package; no run may have it."""

KERAS_FILE = "mnist_model.keras"
REFERENCE_FILE = "mnist_model.tflite"
TARGET_FILE = "mnist_model_quant_f16.tflite"
QUANTIZER_FILE = "mnist_model_quantizer_f16.tflite"
LOG_FILE = "train.log"
RUN_FILE = "run.json"

FORMAT = 2
"""Version of ``run.json``'s layout; format 1 has neither LiteRT Quantizer's file nor a log, and only three settings."""

MAX_FILE_BYTES = 2**31 - 1
"""Largest model file that is read: offsets in a ``.tflite`` reach no further."""

MAX_RUN_BYTES = 100_000_000
"""Most that a run's files may have together; those of the largest recipe have 3 MB and a log."""

_FILES = {1: {REFERENCE_FILE, TARGET_FILE}, 2: {KERAS_FILE, REFERENCE_FILE, TARGET_FILE, QUANTIZER_FILE, LOG_FILE}}
"""What is in a run's folder besides ``run.json``, and is verified, in each format."""


def pair_folder() -> Path:
    """Folder of the pair in use: what ``HALFBITS_PAIR`` names, or the bundled pair's."""
    named = os.environ.get(ENVIRONMENT_VARIABLE)
    return Path(named) if named else BUNDLED


def pair_name(folder: Path) -> str:
    """Name of the trained pair in a folder: the folder's own, except for the bundled pair."""
    return BUNDLED_NAME if folder == BUNDLED else folder.name


def load_pair(folder: Path | None = None) -> ModelPair:
    """Load a trained pair and verify its files against the digests in its ``run.json``.

    Parameters
    ----------
    folder
        What ``python -m fp16core train --out`` wrote; by default :func:`pair_folder`.

    Raises
    ------
    ModelFileError
        If a file is missing, truncated or altered; the message names it and the cure.
    """
    folder = pair_folder() if folder is None else folder
    run = _read_run(folder)
    files = {name: _read_verified(folder / name, run) for name in _FILES[run["format"]]}
    return ModelPair(
        name=pair_name(folder),
        reference=files[REFERENCE_FILE],
        target=files[TARGET_FILE],
        run=run,
        reference_name=str(folder / REFERENCE_FILE),
        target_name=str(folder / TARGET_FILE),
    )


def read_pair(reference: Path, target: Path) -> ModelPair:
    """Take any two ``.tflite`` files as a pair; nothing is known about their training.

    Raises
    ------
    ModelFileError
        If a file cannot be read.
    """
    return ModelPair(
        name=f"{reference.name} and {target.name}",
        reference=read_model_file(reference),
        target=read_model_file(target),
        reference_name=str(reference),
        target_name=str(target),
    )


def read_model_file(path: Path, cure: str = "check the path.", limit_bytes: int = MAX_FILE_BYTES) -> bytes:
    """Contents of a file; raises `ModelFileError` with the cure if it cannot be read."""
    try:
        return read_regular(path, limit_bytes)
    except OSError as error:
        raise ModelFileError(f"{path}: the file cannot be read ({error.strerror}); {cure}") from error


def file_record(contents: bytes) -> dict[str, Any]:
    """Size and SHA-256 of a file, as ``run.json`` keeps them."""
    return {"size_bytes": len(contents), "sha256": hashlib.sha256(contents).hexdigest()}


def _read_run(folder: Path) -> Mapping[str, Any]:
    path = folder / RUN_FILE
    text = read_model_file(path, _cure(path), MAX_RUN_BYTES)
    try:
        run = json.loads(text)
        run["format"] = written = run.get("format", 1)
        _expect(written, int)
        if written > FORMAT:
            raise ModelFileError(f"{path}: format {written} is newer than this Half the Bits; use a newer one.")
        for name in _FILES[written]:
            _expect(run["files"][name]["sha256"], str)
            _expect(run["files"][name]["size_bytes"], int)
        _expect(run["recipe"], dict)
        Recipe.from_dict(run["recipe"])
        _expect(run.get("dataset", {}), dict)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, RecipeError) as error:
        raise ModelFileError(f"{path}: this is not a run's record ({error!r}); {_cure(path)}") from error
    return dict(run)


def _expect(value: object, kind: type) -> None:
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} is no {kind.__name__}")


def _read_verified(path: Path, run: Mapping[str, Any]) -> bytes:
    contents = read_model_file(path, _cure(path), MAX_RUN_BYTES)
    recorded = run["files"][path.name]
    found = file_record(contents)
    if found["sha256"] != recorded["sha256"]:
        raise ModelFileError(
            f"{path}: the file was altered or cut off: {found['size_bytes']:,} bytes with SHA-256 "
            f"{found['sha256'][:12]}…, its run.json says {recorded['size_bytes']:,} bytes with "
            f"{recorded['sha256'][:12]}…; {_cure(path)}"
        )
    return contents


def _cure(path: Path) -> str:
    if path.parent == BUNDLED:
        return "restore the bundled pair (git checkout fp16core/runs/bundled)."
    return f"train it again (python -m fp16core train --out DIR), or unset {ENVIRONMENT_VARIABLE}."
