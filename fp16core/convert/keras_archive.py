"""Inspection of a ``.keras`` file's description, before Keras loads the file.

Keras's safe mode rejects Python code in a file. Inspecting the description first allows error messages that name
the offending layer, and rejects layers that would read other files of the server.
"""

import io
import json
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from fp16core.text import excess_text, size_text
from fp16core.vocabulary import ModelFileError

MAX_FILE_BYTES = 20_000_000
"""Largest ``.keras`` file accepted; the optimizer's state makes it three times as large as the model."""

_MAX_UNPACKED_BYTES = 200_000_000
_MAX_CONFIG_BYTES = 5_000_000
_MAX_MEMBERS = 1_000

_CONFIG = "config.json"
_DIRECTORY_ENTRY = b"PK\x01\x02"

_CODE_LAYERS = ("Lambda", "__lambda__")
_EXTERNAL_MODEL_LAYERS = ("TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer")
_FILE_READING_LAYERS = ("StringLookup", "IntegerLookup", "TextVectorization")

_DAMAGE = (OSError, ValueError, EOFError, RuntimeError, RecursionError, KeyError, zipfile.BadZipFile, zlib.error)


def check_archive(contents: bytes, name: str) -> None:
    """Check that a ``.keras`` file has a reasonable size and consists of Keras's own layers.

    Parameters
    ----------
    contents
        Contents of the file.
    name
        Name of the file in error messages.

    Raises
    ------
    ModelFileError
        If it has not; the message names the layer or the size.
    """
    if len(contents) > MAX_FILE_BYTES:
        raise ModelFileError(
            f"{name} has {excess_text(len(contents), MAX_FILE_BYTES)} are accepted. Save it without "
            "the optimizer (include_optimizer=False), or convert it to .tflite."
        )
    if contents.count(_DIRECTORY_ENTRY) > _MAX_MEMBERS:
        raise ModelFileError(f"{name} contains more than {_MAX_MEMBERS:,} files; a .keras file has a handful.")
    for part in _parts(_config(contents, name)):
        _check_part(part, name)


def _config(contents: bytes, name: str) -> Any:
    try:
        with zipfile.ZipFile(io.BytesIO(contents)) as archive:
            sizes = {member.filename: member.file_size for member in archive.infolist()}
            if _CONFIG not in sizes:
                raise ModelFileError(
                    f"{name} contains no {_CONFIG}, so it is not a .keras file of Keras 3; save it again."
                )
            if sum(sizes.values()) > _MAX_UNPACKED_BYTES or sizes[_CONFIG] > _MAX_CONFIG_BYTES:
                raise ModelFileError(
                    f"{name} would unpack to {size_text(sum(sizes.values()))}, its {_CONFIG} to "
                    f"{size_text(sizes[_CONFIG])}; the limits are {size_text(_MAX_UNPACKED_BYTES)} and "
                    f"{size_text(_MAX_CONFIG_BYTES)}."
                )
            config = json.loads(archive.read(_CONFIG))
    except _DAMAGE as error:
        raise ModelFileError(f"{name} cannot be read as a .keras file ({error}); save it again.") from error
    if not isinstance(config, dict):
        raise ModelFileError(f"{name}: its {_CONFIG} does not describe a model; save it again.")
    config.pop("compile_config", None)  # custom losses and optimizers do no harm: the file is loaded without them
    return config


def _parts(config: Any) -> Iterator[dict[str, Any]]:
    """All dictionaries in a description that name a class, at any depth."""
    left = [config]
    while left:
        value = left.pop()
        if isinstance(value, dict):
            if "class_name" in value:
                yield value
            left += value.values()
        elif isinstance(value, list):
            left += value


def _check_part(part: dict[str, Any], name: str) -> None:
    kind, module, registered = (str(part.get(key) or "") for key in ("class_name", "module", "registered_name"))
    if kind in _CODE_LAYERS:
        raise ModelFileError(
            f"{name} contains Python code, such as a Lambda layer, which is not run here. Replace it with Keras's own "
            "layers, or convert the model to .tflite on your own machine."
        )
    if kind in _EXTERNAL_MODEL_LAYERS:
        raise ModelFileError(
            f"{name} has the layer {kind}, which loads a model from another file; convert it on your own machine."
        )
    if kind in _FILE_READING_LAYERS:
        raise ModelFileError(f"{name} has the layer {kind}, which reads other files; a digit classifier needs none.")
    if module.split(".")[0] not in ("", "keras", "builtins") or ">" in registered:
        raise ModelFileError(
            f"{name} has the layer {registered or f'{module}.{kind}'}, which is not part of Keras and whose code is "
            "not available here; convert the model to .tflite on your own machine."
        )
