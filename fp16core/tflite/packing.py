"""A ``.tflite`` file as objects that can be changed, and packed into bytes again."""

import flatbuffers
import numpy as np
import numpy.typing as npt
from ai_edge_litert import schema_py_generated as schema

from fp16core.tflite.model_file import ModelFile
from fp16core.tflite.reader import FILE_IDENTIFIER, buffer_span, damage_named, model_root

_ALIGNMENT = 16
"""Alignment, in bytes, of tensors' data in a file, by LiteRT's schema."""


def unpacked(model: ModelFile) -> schema.ModelT:
    """Everything a ``.tflite`` file holds, as the schema's objects, each operator code in the current field.

    Parameters
    ----------
    model
        The file.

    Raises
    ------
    ModelFileError
        If the bytes are not a LiteRT model or are damaged.
    """
    root = model_root(model.contents, model.name)
    with damage_named(model.name, model.size_bytes):
        content = schema.ModelT.InitFromObj(root)
        for code in content.operatorCodes or []:
            code.builtinCode = max(code.builtinCode, code.deprecatedBuiltinCode)
        for place, buffer in enumerate(content.buffers or []):
            if buffer.offset > 1:  # the data follow the flatbuffer, which will have another size
                start, stop = buffer_span(model.contents, root.Buffers(place))
                buffer.data, buffer.offset, buffer.size = np.frombuffer(model.contents[start:stop], np.uint8), 0, 0
    return content


def packed(content: schema.ModelT) -> bytes:
    """Contents of a ``.tflite`` file that holds these objects."""
    builder = _AligningBuilder(1 << 16)
    builder.Finish(content.Pack(builder), file_identifier=FILE_IDENTIFIER)
    return bytes(builder.Output())


def with_current_codes(model: ModelFile) -> ModelFile:
    """The same model with each operator code in the field that today's tools read.

    Older converters fill only ``deprecated_builtin_code``, which has no room for codes above 127. LiteRT
    still reads both fields and takes the larger one; LiteRT Quantizer reads the newer field alone.

    Parameters
    ----------
    model
        A ``.tflite`` file.

    Returns
    -------
    ModelFile
        The file itself if there is nothing to fill in, otherwise a copy that computes the same.

    Raises
    ------
    ModelFileError
        If the bytes are not a LiteRT model or are damaged.
    """
    root = model_root(model.contents, model.name)
    with damage_named(model.name, model.size_bytes):
        codes = [root.OperatorCodes(place) for place in range(root.OperatorCodesLength())]
        is_current = all(code.DeprecatedBuiltinCode() <= code.BuiltinCode() for code in codes)
    return model if is_current else ModelFile(packed(unpacked(model)), model.name)


class _AligningBuilder(flatbuffers.Builder):  # type: ignore[misc]  # flatbuffers has no types
    """Aligns tensors' data as the schema asks, which its Python accessors leave out."""

    def CreateNumpyVector(self, x: npt.NDArray[np.generic]) -> int:  # noqa: N802  # flatbuffers' name
        if x.dtype == np.uint8:
            self.Prep(_ALIGNMENT, x.size)
        return int(super().CreateNumpyVector(x))
