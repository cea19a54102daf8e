"""Answers of a confined process, read without letting it choose what is run or changed here.

A pickle is a program. This reads those that make plain values, arrays, and this package's own results, and no others.
"""

import io
import pickle
import sys
from dataclasses import is_dataclass
from enum import Enum
from typing import Any, ClassVar

import ml_dtypes
import numpy as np
from numpy._core.multiarray import scalar
from numpy._core.numeric import _frombuffer  # type: ignore[attr-defined]  # what NumPy's own pickles name

from fp16core.vocabulary import HalfBitsError

_KINDS = "biufcSU"
"""Kinds of NumPy's types whose numbers refer to nothing else."""

_ARRAY = object()
"""Stands for the class of arrays, which must not be called: it takes any shape for granted."""


def _dtype(name: Any, _align: bool = False, _copy: bool = True) -> np.dtype[Any]:
    """A type of plain numbers; always a new one, so that NumPy's own are not built upon."""
    made = np.dtype(name)
    if made.hasobject or made.fields or made.subdtype or (made.kind not in _KINDS and made != ml_dtypes.bfloat16):
        raise pickle.UnpicklingError(f"{name!a:.100} is no type of an answer")
    found: np.dtype[Any] = np.dtype(made, copy=True)
    return found


def _empty(kind: Any, shape: Any, _code: Any) -> np.ndarray[Any, Any]:
    """Return the empty array that NumPy then fills."""
    if kind is not _ARRAY or shape != (0,):
        raise pickle.UnpicklingError("an array of an answer begins empty")
    return np.ndarray((0,), np.int8)


_KNOWN: dict[tuple[str, str], Any] = {
    ("ml_dtypes", "bfloat16"): ml_dtypes.bfloat16,
    ("numpy", "dtype"): _dtype,
    ("numpy", "ndarray"): _ARRAY,
    ("numpy._core.multiarray", "_reconstruct"): _empty,
    ("numpy._core.multiarray", "scalar"): scalar,
    ("numpy._core.numeric", "_frombuffer"): _frombuffer,
}
"""Objects for the names outside of this package."""


class _Reader(pickle._Unpickler):  # the one in C lets a pickle change classes
    stack: list[Any]
    dispatch: ClassVar[dict[int, Any]] = dict(pickle._Unpickler.dispatch)

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _KNOWN:
            return _KNOWN[module, name]
        if module.startswith("fp16core.") and name.isidentifier() and module in sys.modules:
            found = getattr(sys.modules[module], name, None)
            if isinstance(found, type) and (is_dataclass(found) or issubclass(found, Enum | HalfBitsError)):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no part of an answer")

    def load_build(self) -> None:
        """Fill what was made; classes stay as they are, and types are complete already."""
        state, made = self.stack[-1], self.stack[-2]
        if isinstance(made, type) or (isinstance(state, tuple) and len(state) == 2 and state[1] is not None):
            raise pickle.UnpicklingError("a class is no part of an answer")
        if isinstance(made, np.dtype):
            if state[1] not in ("<", "|", "="):
                raise pickle.UnpicklingError("an answer has this machine's order of bytes")
            self.stack.pop()
            return
        pickle._Unpickler.load_build(self)  # type: ignore[attr-defined]

    dispatch[pickle.BUILD[0]] = load_build


def read_answer(pickled: bytes | bytearray | memoryview) -> Any:
    """Values, NumPy arrays, and this package's own results, enumerations and errors, out of a pickle.

    Raises
    ------
    Exception
        Of any class, `pickle.UnpicklingError` among them, if it is not made of these alone.
    """
    return _Reader(io.BytesIO(pickled)).load()
