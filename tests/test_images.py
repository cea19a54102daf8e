"""Image files of 28 × 28 pixels, written by Pillow in many modes."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fp16core.images import read_digit
from fp16core.images.digit_file import FORMATS
from fp16core.vocabulary import ImageError

RAMP = np.arange(28 * 28, dtype=np.uint32).reshape(28, 28)
GREY = (RAMP % 256).astype(np.uint8)


@pytest.mark.parametrize("suffix", ["png", "bmp", "tiff", "gif"])
def test_grey_levels_come_back_as_written(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"digit.{suffix}"
    Image.fromarray(GREY).save(path)
    assert np.array_equal(read_digit(path), GREY)


def test_sixteen_bit_grey_is_scaled_to_eight(tmp_path: Path) -> None:
    path = tmp_path / "digit.png"
    Image.fromarray(GREY.astype(np.uint16) * 257).save(path)
    assert np.array_equal(read_digit(path), GREY)


def test_transparent_parts_are_black_paper(tmp_path: Path) -> None:
    colours = np.full((28, 28, 4), 255, np.uint8)
    colours[:14, :, 3] = 0
    path = tmp_path / "digit.png"
    Image.fromarray(colours).save(path)
    assert read_digit(path)[:14].max() == 0
    assert read_digit(path)[14:].min() == 255


@pytest.mark.parametrize(
    ("name", "contents", "words"),
    [
        ("absent.png", None, r"cannot be read \(No such file"),
        ("text.png", b"not an image", "not an image in a known format"),
        ("empty.png", b"", "not an image in a known format"),
    ],
)
def test_other_files_are_named(tmp_path: Path, name: str, contents: bytes | None, words: str) -> None:
    path = tmp_path / name
    if contents is not None:
        path.write_bytes(contents)
    with pytest.raises(ImageError, match=f"{name}.*{words}"):
        read_digit(path)


def test_truncated_and_wrongly_sized_images_are_named(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    Image.fromarray(np.kron(GREY, np.ones((2, 2), np.uint8))).save(path)
    with pytest.raises(ImageError, match="56 × 56 pixels; expected 28 × 28"):
        read_digit(path)
    noise = np.random.default_rng(0).integers(0, 256, (28, 28), np.uint8)
    Image.fromarray(noise).save(path)
    path.write_bytes(path.read_bytes()[:400])
    with pytest.raises(ImageError, match="cannot be read"):
        read_digit(path)


def test_pixels_of_unknown_range_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "deep.tiff"
    for dtype in (np.float32, np.int32):
        Image.fromarray(GREY.astype(dtype)).save(path)
        with pytest.raises(ImageError, match="32-bit pixels of unknown range"):
            read_digit(path)


@pytest.mark.filterwarnings(
    "ignore::UserWarning:PIL", "ignore::PIL.Image.DecompressionBombWarning"
)  # they are damaged, as Pillow remarks
def test_mutated_files_raise_nothing_but_the_named_error(tmp_path: Path) -> None:
    """1,500 seeded mutations of files in every format that may be read."""
    random = np.random.default_rng(0)
    noise = Image.fromarray(random.integers(0, 256, (28, 28), np.uint8))
    path = tmp_path / "broken"
    refused = 0
    for kind in FORMATS:
        file = io.BytesIO()
        noise.save(file, kind)
        for _ in range(250):
            broken = bytearray(file.getvalue())
            for place in random.integers(0, len(broken), 5):
                broken[place] = random.integers(256)
            path.write_bytes(broken[: random.integers(len(broken) // 2, len(broken) + 1)])
            try:
                assert read_digit(path).shape == (28, 28)
            except ImageError:
                refused += 1
    assert refused > 500
