"""Copies of a ``.tflite`` file with other values in some of its tensors."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from fp16core.text import dimensions_text
from fp16core.tflite.model_file import ModelFile
from fp16core.vocabulary import ModelFileError


def replace_values(
    model: ModelFile, values: Mapping[int, npt.NDArray[np.generic]], name: str | None = None
) -> ModelFile:
    """Return a copy of a file with other values in some stored tensors.

    Parameters
    ----------
    model
        The file.
    values
        New values by tensor index, in the tensor's own dtype and shape.
    name
        Name of the copy, by default the file's.

    Raises
    ------
    ModelFileError
        If a tensor is not stored, dtype or shape differ from what is stored, or its bytes are also those of
        another tensor of another type.
    """
    tensors = model.graph.tensors
    patched = bytearray(model.contents)
    for index, new in values.items():
        tensor = tensors[index]
        old = tensor.values
        if new.dtype != old.dtype or new.shape != old.shape:
            raise ModelFileError(
                f"tensor '{tensor.name}' is {old.dtype} {dimensions_text(old.shape)}; cannot be replaced by "
                f"{new.dtype} {dimensions_text(new.shape)}."
            )
        if new.tobytes() == old.tobytes():
            continue
        if other := next((t for t in tensors if t.buffer == tensor.buffer and t.dtype != tensor.dtype), None):
            raise ModelFileError(
                f"tensor '{tensor.name}' shares its bytes with tensor '{other.name}', which is {other.dtype}; it "
                "cannot be replaced alone."
            )
        start = tensor.data_start or 0
        patched[start : start + len(tensor.stored_bytes)] = new.tobytes()
    return ModelFile(bytes(patched), name or model.name)


def replace_weights(
    model: ModelFile, weights: Mapping[str, npt.NDArray[np.generic]], name: str | None = None
) -> ModelFile:
    """Return a copy of a file with other values in some of its weights.

    Parameters
    ----------
    model
        The file.
    weights
        New values by the keys of `TfliteFile.weights`, in the stored dtype and shape.
    name
        Name of the copy, by default the file's.

    Raises
    ------
    ModelFileError
        If dtype or shape differ from what is stored.
    """
    stored = model.graph.weights()
    return replace_values(model, {stored[key].index: values for key, values in weights.items()}, name)
