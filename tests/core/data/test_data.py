"""Data sets: verified when bundled, checked when not."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from fp16core.data.mnist import BUNDLED, DatasetContents, load_mnist, normalise
from fp16core.data.npz import Split
from fp16core.vocabulary import DatasetError


def test_the_bundled_splits_have_the_size_and_the_label_counts_of_mnist() -> None:
    """Counts of each digit as published for the training and test labels."""
    images, labels = load_mnist("train")
    assert images.shape == (60_000, 28, 28)
    assert images.dtype == np.uint8
    assert np.bincount(labels).tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    images, labels = load_mnist("test")
    assert images.shape == (10_000, 28, 28)
    assert np.bincount(labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert labels[:5].tolist() == [7, 2, 1, 0, 4]


def test_normalising_equals_the_tutorials_float64_division_cast_to_float32() -> None:
    levels = np.arange(256, dtype=np.uint8)
    assert normalise(levels).tobytes() == (levels / 255.0).astype(np.float32).tobytes()


def test_the_environment_variable_names_another_data_set(small_dataset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALFBITS_MNIST", str(small_dataset))
    assert len(load_mnist("test")[0]) == 200


def test_a_data_set_in_memory_is_read_and_named_in_errors(small_dataset: Path) -> None:
    contents = DatasetContents(small_dataset.read_bytes(), "mine.npz")
    splits: tuple[Split, ...] = ("test", "train", "test")
    for split in splits:
        found, expected = load_mnist(split, contents), load_mnist(split, small_dataset)
        assert all(np.array_equal(a, b) for a, b in zip(found, expected, strict=True))
    with pytest.raises(DatasetError, match=r"^mine\.npz: array 'x_test' cannot be read .*; choose another file\.$"):
        load_mnist("test", DatasetContents(b"not an archive", "mine.npz"))


def arrays(**changes: object) -> dict[str, object]:
    good: dict[str, object] = {"x_test": np.zeros((3, 28, 28), np.uint8), "y_test": np.arange(3, dtype=np.uint8)}
    return {name: value for name, value in (good | changes).items() if value is not None}


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"x_test": None}, "'x_test' is missing, the file contains y_test"),
        ({"y_test": None}, "'y_test' is missing"),
        ({"x_test": np.zeros((3, 28, 28), np.float32)}, "'x_test' has dtype float32"),
        ({"x_test": np.zeros((3, 28, 29), np.uint8)}, "'x_test' has shape 3 × 28 × 29; expected n × 28 × 28"),
        ({"x_test": np.zeros((0, 28, 28), np.uint8)}, "at least 1"),
        ({"y_test": np.zeros(2, np.uint8)}, "'y_test' has shape 2; expected 3 labels"),
        ({"y_test": np.array([0, 1, 10], np.uint8)}, "label 10; expected 0 to 9"),
        ({"x_test": np.array([{"a": 1}], dtype=object)}, "'x_test' has dtype object"),
    ],
)
def test_a_wrong_array_is_named_with_what_was_expected(tmp_path: Path, changes: dict[str, object], named: str) -> None:
    path = tmp_path / "other.npz"
    np.savez(path, **arrays(**changes))  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(DatasetError, match=named) as caught:
        load_mnist("test", path)
    assert str(path) in str(caught.value)


def test_files_that_are_no_archives_get_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"the file does not exist; set HALFBITS_MNIST"):
        load_mnist("test", tmp_path / "absent.npz")
    for name, contents in (("text", b"hello"), ("empty", b""), ("cut", BUNDLED.read_bytes()[:100_000])):
        path = tmp_path / f"{name}.npz"
        path.write_bytes(contents)
        with pytest.raises(DatasetError, match=name):
            load_mnist("test", path)


def test_a_header_that_claims_more_than_memory_is_rejected_before_reading(tmp_path: Path) -> None:
    """A valid header without data, for an array of terabytes and for one a few bytes too large."""
    for shape, words in (((10**13, 28, 28), "at most 1,000,000 images"), ((2, 28, 28), "ends after 0 of 1,568 bytes")):
        header = io.BytesIO()
        fields = {"descr": "|u1", "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(header, fields)
        path = tmp_path / "claims.npz"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("x_test.npy", header.getvalue())
        with pytest.raises(DatasetError, match=words):
            load_mnist("test", path)


def test_mutated_archives_raise_nothing_but_the_named_error(tmp_path: Path) -> None:
    """600 seeded mutations of stored, deflated and LZMA archives; most are rejected, some read differently."""
    random = np.random.default_rng(0)
    refused = 0
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA):
        good = tmp_path / "good.npz"
        with zipfile.ZipFile(good, "w", method) as archive:
            for name, value in arrays().items():
                member = io.BytesIO()
                np.save(member, value)  # type: ignore[arg-type]  # typed as wide as the wrong ones
                archive.writestr(f"{name}.npy", member.getvalue())
        whole = good.read_bytes()
        for _ in range(200):
            broken = bytearray(whole)
            for place in random.integers(0, len(broken), 4):
                broken[place] = random.integers(256)
            path = tmp_path / "broken.npz"
            path.write_bytes(broken)
            try:
                load_mnist("test", path)
            except DatasetError:
                refused += 1
    assert refused > 300


def test_an_altered_bundled_file_is_rejected_with_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Copy with one pixel changed, in place of the bundled file."""
    path = tmp_path / "mnist.npz"
    images, labels = load_mnist("test")
    images = images.copy()
    images[5, 14, 14] ^= 1
    np.savez(path, x_test=images, y_test=labels)
    monkeypatch.setattr("fp16core.data.mnist.BUNDLED", path)
    with pytest.raises(DatasetError, match=r"'x_test' has SHA-256 .* restore the bundled data set"):
        load_mnist("test")


def test_the_other_split_is_not_read(tmp_path: Path) -> None:
    """The archive contains the test arrays only; damage elsewhere does not matter."""
    path = tmp_path / "half.npz"
    np.savez(path, **arrays())  # type: ignore[arg-type]  # typed as wide as the wrong ones
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("x_train.npy", b"not an array")
    assert len(load_mnist("test", path)[0]) == 3
