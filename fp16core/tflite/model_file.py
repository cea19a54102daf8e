"""Model files in memory, each with its name and a cached reading of its graph, and pairs of them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fp16core.tflite.graph import TfliteFile


@dataclass(frozen=True)
class ModelFile:
    """Contents of a ``.tflite`` file, its name, and its graph once something has asked for it.

    Two of them are equal if contents and name are. A pickled one leaves its reading behind, which costs the process
    that receives it a few milliseconds and the pipe nothing.

    Attributes
    ----------
    contents
        Bytes of the file.
    name
        Name of the file in error messages: never a path.
    """

    contents: bytes = field(repr=False)
    name: str = "the model"

    @property
    def size_bytes(self) -> int:
        """Size of the file."""
        return len(self.contents)

    @cached_property
    def sha256(self) -> str:
        """Hexadecimal SHA-256 of the contents."""
        return hashlib.sha256(self.contents).hexdigest()

    @cached_property
    def graph(self) -> "TfliteFile":
        """Tensors and operators of the main graph, read once and kept as long as this object.

        Its tensors are views of `contents`; so it takes memory for the description of the graph alone. A stranger's
        file is read in a confined process only.

        Raises
        ------
        ModelFileError
            If the contents are not a LiteRT model or are damaged.
        """
        from fp16core.tflite.reader import read_tflite  # a process that only holds a file need not import the schema

        return read_tflite(self.contents, self.name)

    def __getstate__(self) -> dict[str, object]:
        return {"contents": self.contents, "name": self.name}


@dataclass(frozen=True)
class ModelPair:
    """A float32 model and its float16 counterpart.

    Attributes
    ----------
    name
        Name of the pair on screen: never a path.
    reference, target
        The float32 and the float16 ``.tflite`` file.
    run
        The record of the training run (``run.json``), empty if there is none.
    """

    name: str
    reference: ModelFile
    target: ModelFile
    run: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def files(self) -> tuple[ModelFile, ModelFile]:
        """Reference and target."""
        return self.reference, self.target

    @property
    def size_bytes(self) -> int:
        """Size of both files together."""
        return self.reference.size_bytes + self.target.size_bytes
