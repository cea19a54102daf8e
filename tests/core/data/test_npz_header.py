"""Array headers in an untrusted ``.npz``, which may contain any Python literal."""

import io
import zipfile
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fp16core.data.custom import CustomDataset, read_custom_dataset
from fp16core.vocabulary import DatasetError

IMAGES = {"descr": "|u1", "fortran_order": False, "shape": (1, 28, 28)}
LABELS = {"descr": "|u1", "fortran_order": False, "shape": (1,)}


def archive(images: object = IMAGES, labels: object = LABELS) -> bytes:
    """Data set of one black image labelled 0, with given headers."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as members:
        for name, header, data in (("x_test", images, bytes(784)), ("y_test", labels, bytes(1))):
            text = repr(header).encode("latin-1", "replace") + b"\n"
            members.writestr(f"{name}.npy", np.lib.format.magic(1, 0) + len(text).to_bytes(2, "little") + text + data)
    return file.getvalue()


def test_the_unmodified_header_is_that_of_a_data_set() -> None:
    assert read_custom_dataset(archive(), "good").images.shape == (1, 28, 28)


@pytest.mark.parametrize(
    ("images", "labels", "words"),
    [
        (IMAGES | {"shape": (True, 28, 28)}, LABELS, "'x_test' has shape True × 28 × 28; expected whole numbers"),
        (IMAGES, LABELS | {"shape": (True,)}, "'y_test' has shape True; expected whole numbers"),
        (IMAGES | {"shape": [1, 28, 28]}, LABELS, r"'x_test' cannot be read \(shape is not valid: \[1, 28, 28\]\)"),
        (IMAGES | {1: 2}, LABELS, r"'x_test' has a header that NumPy cannot read \('<' not supported"),
        (IMAGES | {"descr": [["a"]]}, LABELS, r"'x_test' cannot be read \(not enough values to unpack"),
        (IMAGES | {"descr": ()}, LABELS, r"'x_test' has a header that NumPy cannot read \(tuple index out of range\)"),
        (IMAGES | {"fortran_order": 1}, LABELS, "fortran_order is not a valid bool: 1"),
        ("x" * 20_000, LABELS, "Header info length"),
        (["[" * 500], LABELS, "Header is not a dictionary"),
    ],
)
def test_a_header_of_the_wrong_type_is_rejected_with_a_reason(images: object, labels: object, words: str) -> None:
    with pytest.raises(DatasetError, match=words) as caught:
        read_custom_dataset(archive(images, labels), "odd.npz")
    assert str(caught.value).startswith("odd.npz: ")
    assert "\n" not in str(caught.value)


HASHABLE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=4).map(tuple),
    max_leaves=5,
)
LITERAL = st.recursive(
    HASHABLE | st.sampled_from(["|u1", ">u2", "O", "<M8[s]", "V3", "|S0", "u1,u1", "(2,)u1", (28, 28), ""]),
    lambda inner: st.lists(inner, max_size=4) | st.lists(inner, max_size=4).map(tuple),
    max_leaves=8,
)
HEADER = st.fixed_dictionaries(
    {
        "descr": st.just("|u1") | LITERAL,
        "fortran_order": st.booleans() | LITERAL,
        "shape": st.lists(st.sampled_from([-1, 0, 1, 28, 784, True, False, 2**40, -(10**60)]), max_size=4).map(tuple)
        | LITERAL,
    }
) | st.dictionaries(st.sampled_from(["descr", "fortran_order", "shape"]) | HASHABLE, LITERAL, max_size=4)


@settings(max_examples=400, deadline=None)
@given(HEADER | LITERAL, st.booleans())
def test_any_literal_is_rejected_with_a_reason_or_accepted(header: Any, of_images: bool) -> None:
    contents = archive(images=header) if of_images else archive(labels=header)
    try:
        found = read_custom_dataset(contents, "odd.npz")
    except DatasetError:
        return
    assert isinstance(found, CustomDataset)
    assert (found.images.shape, found.labels.shape) == ((1, 28, 28), (1,))
