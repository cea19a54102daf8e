"""Reader of a user's inputs in an ``.npz`` archive; each array is checked before it is unpacked."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fp16core.data.npz import NpzFile, has_shape
from fp16core.text import excess_text
from fp16core.vocabulary import DatasetError

MAX_ARRAY_BYTES = 256_000_000
"""Largest array of an archive."""


@dataclass(frozen=True)
class InputArchive(NpzFile):
    """An ``.npz`` archive with an array for each input of a model."""

    def names(self) -> tuple[str, ...]:
        """Names of the arrays."""
        return tuple(self._arrays("inputs"))

    def array(self, name: str) -> npt.NDArray[np.generic]:
        """Unpack one array.

        Raises
        ------
        DatasetError
            If it is missing, damaged, too large, or holds no numbers.
        """
        with self._opened(name) as (member, shape, dtype, column_major):
            data = self._exactly(member, name, math.prod(shape) * dtype.itemsize)
            return np.frombuffer(data, dtype).reshape(shape, order="F" if column_major else "C")

    def _check_header(self, array: str, shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> None:
        if any(type(size) is not int or size < 0 for size in shape):  # NumPy accepts True as a size until it reshapes
            raise DatasetError(
                f"{self.name}: array '{array}' {has_shape(shape)}; expected whole numbers. {self.remedy}"
            )
        if dtype.kind not in "fiub":
            raise DatasetError(f"{self.name}: array '{array}' has dtype {dtype}; expected numbers. {self.remedy}")
        size_bytes = math.prod(shape) * dtype.itemsize
        if size_bytes > MAX_ARRAY_BYTES:
            raise DatasetError(
                f"{self.name}: array '{array}' has {excess_text(size_bytes, MAX_ARRAY_BYTES)} are read. Give fewer "
                "samples."
            )
        if not shape or shape[0] < 1:
            raise DatasetError(
                f"{self.name}: array '{array}' {has_shape(shape)}; the first axis counts samples, of which at least "
                "one is needed."
            )
