"""Custom data sets: read from bytes, checked, and rejected with a reason."""

import io
import zipfile
from typing import Any

import numpy as np
import pytest

from fp16core.data.custom import MAX_FILE_BYTES, CustomDataset, read_custom_dataset
from fp16core.data.mnist import DatasetContents, load_mnist
from fp16core.vocabulary import DatasetError
from tests.helpers.files.made import packed
from tests.helpers.places import TestSet


def split(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    return random.integers(0, 256, (count, 28, 28), np.uint8), random.integers(0, 10, count)


def test_a_data_set_is_read_from_bytes(test_set: TestSet) -> None:
    x_train, y_train = split(70, 1)
    contents = packed(x_test=test_set[0][:50], y_test=test_set[1][:50], x_train=x_train, y_train=y_train)
    found = read_custom_dataset(contents, "mine.npz")
    assert np.array_equal(found.images, test_set[0][:50])
    assert np.array_equal(found.labels, test_set[1][:50])
    assert (found.name, found.training_images, found.has_training) == ("mine.npz", 70, True)
    assert found.size_bytes == len(contents) + 50 * 28 * 28 + 50
    again_images, again_labels = load_mnist("train", DatasetContents(contents, "mine.npz"))
    assert np.array_equal(again_images, x_train)
    assert np.array_equal(again_labels, y_train)


@pytest.mark.parametrize("dtype", ["int64", "int32", ">i4", "uint8", "int8"])
def test_labels_may_have_any_integer_dtype(dtype: str) -> None:
    images, labels = split(20, 2)
    found = read_custom_dataset(packed(x_test=images, y_test=labels.astype(dtype)), "any")
    assert found.labels.dtype == np.uint8
    assert np.array_equal(found.labels, labels)


def test_images_in_fortran_order_are_read_correctly() -> None:
    images, labels = split(5, 3)
    assert np.array_equal(
        read_custom_dataset(packed(x_test=np.asfortranarray(images), y_test=labels), "f").images, images
    )


def test_a_data_set_without_training_images_serves_for_evaluation() -> None:
    images, labels = split(3, 4)
    found = read_custom_dataset(packed(x_test=images, y_test=labels), "test only")
    assert not found.has_training
    with pytest.raises(DatasetError, match="test only: array 'x_train' is missing, the file contains x_test, y_test; "):
        load_mnist("train", DatasetContents(found.contents, "test only"))


def test_digests_are_equal_for_equal_files_only() -> None:
    def digest(seed: int) -> str:
        images, labels = split(3, seed)
        return read_custom_dataset(packed(x_test=images, y_test=labels), str(seed)).digest

    assert digest(1) != digest(2)
    images, labels = split(3, 1)
    contents = packed(x_test=images, y_test=labels)
    assert read_custom_dataset(contents, "a").digest == read_custom_dataset(contents, "b").digest


GOOD = {"x_test": split(3, 0)[0], "y_test": split(3, 0)[1]}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"x_test": GOOD["x_test"].astype(np.float32) / 255},
            "'x_test' has dtype float32; expected uint8, grey levels",
        ),
        (
            {"x_test": GOOD["x_test"][..., None]},
            "'x_test' has shape 3 × 28 × 28 × 1; expected n × 28 × 28",
        ),
        ({"x_test": np.zeros((3, 32, 32), np.uint8)}, "'x_test' has shape 3 × 32 × 32;"),
        ({"x_test": np.zeros((20_001, 28, 28), np.uint8)}, "at most 20,000 images"),
        ({"y_test": np.array([0.0, 1.0, 2.0])}, "'y_test' has dtype float64; expected integers"),
        ({"y_test": np.array([0, 1, 10])}, "'y_test' contains the label 10"),
        ({"y_test": np.array([0, -1, 3])}, "'y_test' contains the label -1"),
        ({"y_test": np.array([1, 2], "m8[s]")}, r"'y_test' has dtype timedelta64\[s\]"),
        ({"y_test": np.array([[1], [2], [3]])}, "'y_test' has shape 3 × 1; expected 3 labels, one for each"),
        ({"y_test": np.array([{"a": 1}], dtype=object)}, "'y_test' has dtype object"),
        ({"x_train": GOOD["x_test"]}, "'y_train' is missing"),
        ({"y_train": GOOD["y_test"]}, "'x_train' is missing"),
        ({"x_train": np.zeros((2, 28, 28), np.uint8), "y_train": np.array([3, 11])}, "'y_train' contains the label 11"),
        ({"x_train": np.zeros((2, 28), np.uint8), "y_train": np.array([3, 1])}, "'x_train' has shape 2 × 28;"),
        ({"x_train": np.zeros((100_001, 28, 28), np.uint8), "y_train": [0]}, "at most 100,000 images"),
    ],
)
def test_a_wrong_array_is_named_with_what_was_expected(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(DatasetError, match=words) as caught:
        read_custom_dataset(packed(**(GOOD | changes)), "theirs.npz")
    assert str(caught.value).startswith("theirs.npz: ")


def test_a_file_above_the_limit_is_rejected_unread() -> None:
    with pytest.raises(DatasetError, match=r"40.000001 MB; at most 40 MB are accepted"):
        read_custom_dataset(bytes(MAX_FILE_BYTES + 1), "large")


@pytest.mark.parametrize("contents", [b"", b"hello", b"PK\x05\x06" + bytes(18), packed(**GOOD)[:200]])
def test_files_that_are_not_data_sets_are_rejected_with_a_reason(contents: bytes) -> None:
    with pytest.raises(DatasetError, match="theirs: "):
        read_custom_dataset(contents, "theirs")


def with_header(shape: tuple[int, ...], data: bytes) -> bytes:
    """Data set whose test images have a given header and given data."""
    member, file = io.BytesIO(), io.BytesIO()
    np.lib.format.write_array_header_1_0(member, {"descr": "|u1", "fortran_order": False, "shape": shape})
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x_test.npy", member.getvalue() + data)
    return file.getvalue()


def test_a_zip_bomb_is_rejected_before_it_unpacks() -> None:
    """Headers that claim more, fewer or a negative number of bytes."""
    for contents, words in (
        (with_header((10**12, 28, 28), b""), "at most 20,000 images"),
        (with_header((-1, 28, 28), bytes(10**7)), "has shape -1 × 28 × 28;"),
        (with_header((1, 28, 28), bytes(10**8)), "'y_test' is missing"),  # only the 784 bytes claimed are unpacked
    ):
        assert len(contents) < 200_000
        with pytest.raises(DatasetError, match=words):
            read_custom_dataset(contents, "bomb")


def test_an_archive_of_a_million_names_is_refused_before_they_are_read() -> None:
    entry = b"PK\x01\x02" + bytes(42)
    directory = entry * 200_000
    end = b"PK\x05\x06" + bytes(4) + b"\xff\xff\xff\xff" + len(directory).to_bytes(4, "little") + bytes(6)
    with pytest.raises(DatasetError, match="more than 100 files"):
        read_custom_dataset(directory + end, "names")


def test_mutated_files_are_rejected_with_a_reason_or_read_differently() -> None:
    whole = packed(**GOOD)
    random = np.random.default_rng(0)
    refused = 0
    for _ in range(300):
        broken = bytearray(whole)
        for place in random.integers(0, len(broken), 4):
            broken[place] = random.integers(256)
        try:
            assert isinstance(read_custom_dataset(bytes(broken), "mutated"), CustomDataset)
        except DatasetError:
            refused += 1
    assert refused > 200
