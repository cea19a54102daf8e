"""A child's answers are read as values; a pickle that would run or change anything here is refused."""

import copyreg
import pickle
from typing import Any

import ml_dtypes
import numpy as np
import pytest

from fp16core.claims.evidence import Verdict
from fp16core.resident.answers import read_answer
from fp16core.tflite.model_file import ModelFile, ModelPair
from fp16core.vocabulary import ImageError

PAIR = ModelPair("pair", ModelFile(b"reference"), ModelFile(b"target"), {"epochs": 1})


@pytest.mark.parametrize(
    "value",
    [
        {"a": [1, 2.5, None, True, "x", b"y", (3,)], 4: {5, 6}, "f": frozenset({7})},
        Verdict.HOLDS,
        PAIR,
        np.float32(1.5),
        np.arange(12, dtype=np.float32).reshape(3, 4),
        np.arange(12, dtype=np.int16).reshape(3, 4)[:, ::2],
        np.array([True, False]),
        np.array(["a", "bc"]),
        np.zeros((0, 10)),
        np.asfortranarray(np.ones((3, 4), np.float16)),
    ],
)
def test_values_come_as_they_were(value: Any) -> None:
    found = read_answer(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))
    assert type(found) is type(value)
    assert np.array_equal(found, value) if isinstance(value, np.ndarray) else found == value
    assert getattr(found, "dtype", None) == getattr(value, "dtype", None)


def test_bfloat16_comes_as_it_was() -> None:
    value = np.arange(4, dtype=ml_dtypes.bfloat16)
    found = read_answer(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))
    assert found.dtype == value.dtype
    assert found.tobytes() == value.tobytes()


def test_an_error_comes_with_its_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    # Dask, which other tests import, has errors pickled in its own way; a child that answers never imports it.
    monkeypatch.delitem(copyreg.dispatch_table, ImageError, raising=False)
    found = read_answer(pickle.dumps(ImageError("a sentence"), pickle.HIGHEST_PROTOCOL))
    assert type(found) is ImageError
    assert str(found) == "a sentence"


class Made:
    """Pickled as a call."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.call = function, arguments

    def __reduce__(self) -> Any:
        return self.call


def names(module: str, name: str) -> bytes:
    """A pickle that is but a name."""
    return b"\x80\x04" + b"".join(b"\x8c" + bytes([len(t)]) + t.encode() for t in (module, name)) + b"\x93."


CHANGES_A_CLASS = (
    b"\x80\x04\x8c\x13fp16core.vocabulary\x8c\tModelPair\x93"  # the class
    b"N}\x8c\x0ereference_name\x8c\x05OWNED\x73\x86b."  # (None, {"reference_name": "OWNED"}), and BUILD
)


@pytest.mark.parametrize(
    "hostile",
    [
        names("os", "system"),
        names("builtins", "eval"),
        names("builtins", "bytearray"),
        names("fractions", "Fraction"),
        names("_codecs", "encode"),
        names("numpy", "load"),
        names("fp16core.jobs.job", "subprocess"),
        names("fp16core.text", "size_text"),
        names("fp16core.commands.train", "train"),
        names("fp16core.vocabulary", "ModelPair.__init__"),
        CHANGES_A_CLASS,
        pickle.dumps(Made(np.ndarray, (10**12,)), pickle.HIGHEST_PROTOCOL),
        pickle.dumps(Made(np.dtype, "O"), pickle.HIGHEST_PROTOCOL),
        pickle.dumps(np.array([object], object), pickle.HIGHEST_PROTOCOL),
        pickle.dumps(np.zeros(2, [("a", "f4"), ("b", "O")]), pickle.HIGHEST_PROTOCOL),
        pickle.dumps(np.zeros(2, [("a", "f4"), ("b", "i4")]), pickle.HIGHEST_PROTOCOL),
    ],
)
def test_what_is_no_value_is_refused(hostile: bytes) -> None:
    with pytest.raises((pickle.UnpicklingError, TypeError)):
        read_answer(hostile)
    assert ModelFile(b"").name == "the model"
    assert np.dtype("f4") == np.float32
