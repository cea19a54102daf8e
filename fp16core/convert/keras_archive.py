"""What a ``.keras`` file says it is made of, read before Keras is let near it.

Keras's own safe mode refuses Python code in a file. This looks at the description first, so that
what would be refused is named, and that nothing is built which reads other files of the server.
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
"""Largest ``.keras`` file taken: the optimiser's state makes it three times as large as the model."""

_MAX_UNPACKED_BYTES = 200_000_000
_MAX_CONFIG_BYTES = 5_000_000
_MAX_MEMBERS = 1_000

_CONFIG = "config.json"
_DIRECTORY_ENTRY = b"PK\x01\x02"

_CODE = ("Lambda", "__lambda__")
_ELSEWHERE = ("TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer")
_READERS = ("StringLookup", "IntegerLookup", "TextVectorization")

_DAMAGE = (OSError, ValueError, EOFError, RuntimeError, RecursionError, KeyError, zipfile.BadZipFile, zlib.error)


def check_archive(contents: bytes, name: str) -> None:
    """Raise `ModelFileError` unless a ``.keras`` file is of reasonable size and made of Keras's own layers.

    Parameters
    ----------
    contents
        The file.
    name
        What to call it in errors.
    """
    if len(contents) > MAX_FILE_BYTES:
        raise ModelFileError(
            f"{name} has {excess_text(len(contents), MAX_FILE_BYTES)} are taken. Save it without "
            "the optimiser (include_optimizer=False), or convert it to .tflite."
        )
    if contents.count(_DIRECTORY_ENTRY) > _MAX_MEMBERS:
        raise ModelFileError(f"{name} holds more than {_MAX_MEMBERS:,} files; a .keras file has a handful.")
    for part in _parts(_config(contents, name)):
        _check_part(part, name)


def _config(contents: bytes, name: str) -> Any:
    try:
        with zipfile.ZipFile(io.BytesIO(contents)) as archive:
            sizes = {member.filename: member.file_size for member in archive.infolist()}
            if _CONFIG not in sizes:
                raise ModelFileError(f"{name} holds no {_CONFIG}, so it is no .keras file of Keras 3; save it anew.")
            if sum(sizes.values()) > _MAX_UNPACKED_BYTES or sizes[_CONFIG] > _MAX_CONFIG_BYTES:
                raise ModelFileError(
                    f"{name} would unpack to {size_text(sum(sizes.values()))}, its {_CONFIG} to "
                    f"{size_text(sizes[_CONFIG])}; at most {size_text(_MAX_UNPACKED_BYTES)} and "
                    f"{size_text(_MAX_CONFIG_BYTES)} are unpacked."
                )
            config = json.loads(archive.read(_CONFIG))
    except _DAMAGE as error:
        raise ModelFileError(f"{name} cannot be read as a .keras file ({error}); save it anew.") from error
    if not isinstance(config, dict):
        raise ModelFileError(f"{name}: its {_CONFIG} describes no model; save it anew.")
    config.pop("compile_config", None)  # how it was trained does not matter, and need not be known
    return config


def _parts(config: Any) -> Iterator[dict[str, Any]]:
    """Everything in a description that names a class, however deep."""
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
    if kind in _CODE:
        raise ModelFileError(
            f"{name} holds code of its own, in a Lambda layer; it is not run here. Put a layer of Keras in its place, "
            "or convert the model to .tflite at home."
        )
    if kind in _ELSEWHERE:
        raise ModelFileError(f"{name} has the layer {kind}, which loads a model from elsewhere; convert it at home.")
    if kind in _READERS:
        raise ModelFileError(f"{name} has the layer {kind}, which reads other files; a digit classifier needs none.")
    if module.split(".")[0] not in ("", "keras", "builtins") or ">" in registered:
        raise ModelFileError(
            f"{name} has the part {registered or f'{module}.{kind}'}, which is not Keras's own and whose code is not "
            "here; convert the model to .tflite at home."
        )
