"""Model pairs on disk: the bundled ones, a training run's, or any two files."""

import os
from collections.abc import Mapping
from pathlib import Path

from fp16core.files import read_regular
from fp16core.runs.record import MAX_RUN_BYTES, REFERENCE_FILE, RUN_FILE, TARGET_FILE, parse_record, verify
from fp16core.tflite.model_file import ModelFile, ModelPair
from fp16core.vocabulary import ModelFileError, RunError

BUNDLED = Path(__file__).with_name("bundled")
FIVE_EPOCHS = Path(__file__).with_name("bundled_five_epochs")
GOOD_NETWORK = Path(__file__).with_name("bundled_good_network")
ENVIRONMENT_VARIABLE = "HALFBITS_PAIR"

BUNDLED_NAME = "Bundled pair"
"""Name of the pair that comes with this package and is shown first: the tutorial's network and recipe."""

BUNDLED_PAIRS: Mapping[str, Path] = {
    BUNDLED_NAME: BUNDLED,
    f"{BUNDLED_NAME}, five epochs": FIVE_EPOCHS,
    f"{BUNDLED_NAME}, good network": GOOD_NETWORK,
}
"""Folders of all pairs that come with this package by their names, which no run may have."""

MAX_FILE_BYTES = 2**31 - 1
"""Largest model file that is read: offsets in a ``.tflite`` reach no further."""


def pair_folder() -> Path:
    """Folder of the pair in use: the one that ``HALFBITS_PAIR`` names, or the bundled pair's."""
    named = os.environ.get(ENVIRONMENT_VARIABLE)
    return Path(named) if named else BUNDLED


def pair_name(folder: Path) -> str:
    """Name of the trained pair in a folder: the folder's own, except for a bundled pair."""
    return next((name for name, bundled in BUNDLED_PAIRS.items() if bundled == folder), folder.name)


def load_pair(folder: Path | None = None) -> ModelPair:
    """Load a trained pair and verify its files against the digests in its ``run.json``.

    Parameters
    ----------
    folder
        Folder written by ``python -m fp16core train --out``; by default :func:`pair_folder`.

    Raises
    ------
    ModelFileError
        If a file is missing, truncated or altered; the message names it and the remedy.
    """
    folder = pair_folder() if folder is None else folder
    remedy, record_path = _remedy(folder), folder / RUN_FILE
    try:
        record = parse_record(read_model_file(record_path, remedy, MAX_RUN_BYTES), str(record_path), remedy)
        files = {}
        for name in record.required_files:
            files[name] = read_model_file(folder / name, remedy, MAX_RUN_BYTES)
            verify(files[name], record.files[name], str(folder / name), remedy)
    except RunError as error:
        raise ModelFileError(str(error)) from error
    return ModelPair(
        name=pair_name(folder),
        reference=ModelFile(files[REFERENCE_FILE], REFERENCE_FILE),
        target=ModelFile(files[TARGET_FILE], TARGET_FILE),
        run=record.document,
    )


def read_pair(reference: Path, target: Path) -> ModelPair:
    """Take any two ``.tflite`` files as a pair; nothing is known about their training.

    Raises
    ------
    ModelFileError
        If a file cannot be read.
    """
    first, second = _distinct_names(reference, target)
    return ModelPair(
        name=f"{first} and {second}",
        reference=ModelFile(read_model_file(reference), first),
        target=ModelFile(read_model_file(target), second),
    )


def read_model_file(path: Path, remedy: str = "check the path.", limit_bytes: int = MAX_FILE_BYTES) -> bytes:
    """Contents of a file; raises `ModelFileError` with a remedy if it cannot be read."""
    try:
        return read_regular(path, limit_bytes)
    except OSError as error:
        raise ModelFileError(f"{path}: the file cannot be read ({error.strerror}); {remedy}") from error


def _distinct_names(reference: Path, target: Path) -> tuple[str, str]:
    """Names of two files; two of the same name, from different folders, are told apart by their roles."""
    if reference.name == target.name:
        return f"{reference.name} (reference)", f"{target.name} (target)"
    return reference.name, target.name


def _remedy(folder: Path) -> str:
    if folder in BUNDLED_PAIRS.values():
        return f"restore the bundled pair (git checkout fp16core/runs/{folder.name})."
    return f"train it again (python -m fp16core train --out DIR), or unset {ENVIRONMENT_VARIABLE}."
