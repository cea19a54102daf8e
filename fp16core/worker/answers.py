"""What a confined process answered, read without letting it choose what is run here."""

import io
import pickle
from dataclasses import is_dataclass
from enum import Enum
from typing import Any

from fp16core.vocabulary import HalfBitsError

_PLAIN = {
    ("builtins", name) for name in ("bytearray", "complex", "frozenset", "range", "set", "slice")
} | {
    ("_codecs", "encode"),
    ("collections", "Counter"),
    ("collections", "OrderedDict"),
    ("fractions", "Fraction"),
    ("numpy", "dtype"),
    ("numpy", "ndarray"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "scalar"),
    ("numpy._core.numeric", "_frombuffer"),
}  # fmt: skip
"""Names outside of this package that results are made of; none of them does anything but hold values."""


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _PLAIN or (module == "ml_dtypes" and name.isidentifier()):
            return super().find_class(module, name)
        if module.startswith("fp16core.") and name.isidentifier():
            found = super().find_class(module, name)
            if isinstance(found, type) and (is_dataclass(found) or issubclass(found, Enum | HalfBitsError)):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no part of an answer")


def read_answer(pickled: bytes | bytearray) -> Any:
    """Values, NumPy arrays, and this package's own results, enumerations and errors, out of a pickle.

    Raises
    ------
    pickle.UnpicklingError
        If it names anything else.
    """
    return _Reader(io.BytesIO(pickled)).load()
