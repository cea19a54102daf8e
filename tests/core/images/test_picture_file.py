"""Image files in every accepted format and mode, intact and damaged, written by Pillow."""

import base64
import io
import struct
import time
import zlib
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from fp16core.images.colours import grey_levels, upright, without_transparency
from fp16core.images.picture import WORK_SIDE_PX
from fp16core.images.picture_file import (
    FORMATS,
    MAX_FILE_BYTES,
    MAX_PIXELS,
    data_of_url,
    open_picture,
)
from fp16core.images.prepare import prepare_file
from fp16core.vocabulary import ImageError
from tests.helpers.files.made import GREY, file_of


def levels_of(data: bytes) -> npt.NDArray[np.uint8]:
    opened = open_picture(data, "picture")
    image, _ = without_transparency(upright(opened)[0])
    return np.rint(grey_levels(image) * 255).astype(np.uint8)


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "GIF"])
def test_grey_levels_come_back_as_written(kind: str) -> None:
    assert np.array_equal(levels_of(file_of(GREY, kind)), GREY)


@pytest.mark.parametrize(("kind", "options"), [("WEBP", {"lossless": True}), ("HEIF", {"quality": 100})])
def test_formats_that_store_colours_come_back_nearly(kind: str, options: dict[str, Any]) -> None:
    data = file_of(Image.fromarray(GREY).convert("RGB"), kind, **options)
    assert np.abs(levels_of(data).astype(int) - GREY).max() < 6


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bit_grey_is_scaled_linearly(kind: str) -> None:
    deep = GREY.astype(np.uint16) * 257
    assert np.array_equal(levels_of(file_of(deep, kind)), GREY)
    between = np.full((10, 10), 257 * 100 + 128, np.uint16)
    exact = grey_levels(open_picture(file_of(between), "picture").image)
    assert exact == pytest.approx((257 * 100 + 128) / 65535, rel=1e-6)


@pytest.mark.parametrize("top", [1.0, 255.0, 65535.0])
def test_floating_point_levels_are_read_on_the_scale_they_reach(top: float) -> None:
    assert np.array_equal(levels_of(file_of((GREY / 255 * top).astype(np.float32), "TIFF")), GREY)


def test_levels_of_unknown_scale_keep_their_order() -> None:
    assert np.array_equal(levels_of(file_of((GREY.astype(np.float32) - 1000) * 7, "TIFF")), GREY)


def test_levels_that_are_not_numbers_are_refused() -> None:
    levels = GREY.astype(np.float32)
    levels[3, 4] = np.nan
    with pytest.raises(ImageError, match=r"deep\.tiff: a pixel is not a number"):
        open_picture(file_of(levels, "TIFF"), "deep.tiff")


def test_black_and_white_palette_and_cmyk_are_read() -> None:
    white = GREY > 127
    assert np.array_equal(levels_of(file_of(Image.fromarray(white))), white * np.uint8(255))
    palette = Image.fromarray(GREY).quantize(256)
    assert np.abs(levels_of(file_of(palette)).astype(int) - GREY).max() <= 8
    cmyk = Image.fromarray(GREY).convert("CMYK")
    assert np.abs(levels_of(file_of(cmyk, "JPEG", quality=100)).astype(int) - GREY).max() <= 8


@pytest.mark.parametrize(
    ("orientation", "undo"),
    [
        (1, lambda a: a),
        (2, np.fliplr),
        (3, lambda a: np.rot90(a, 2)),
        (4, np.flipud),
        (5, np.transpose),
        (6, lambda a: np.rot90(a, 1)),
        (7, lambda a: np.rot90(a, 2).T),
        (8, lambda a: np.rot90(a, -1)),
    ],
)
@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP", "JPEG"])
def test_exif_orientations_are_undone(kind: str, orientation: int, undo: Any) -> None:
    """The table of the EXIF standard, written with NumPy."""
    seen = np.pad(np.kron(GREY // 128 * 200, np.ones((4, 4), np.uint8)), ((0, 40), (0, 0)))
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = np.ascontiguousarray(undo(seen))
    options = {"lossless": True} if kind == "WEBP" else {"quality": 95} if kind == "JPEG" else {}
    found = levels_of(file_of(stored, kind, exif=exif, **options))
    assert found.shape == seen.shape
    assert np.abs(found.astype(int) - seen).mean() < 3


@pytest.mark.parametrize(("ink", "paper"), [(0, 255), (255, 0), (60, 255), (200, 0)])
def test_transparent_paper_contrasts_with_the_ink(ink: int, paper: int) -> None:
    colours = np.full((28, 28, 4), ink, np.uint8)
    colours[:20, :, 3] = 0
    colours[20:, :, 3] = 255
    levels = levels_of(file_of(colours))
    assert (levels[:20] == paper).all()
    assert (levels[20:] == ink).all()


def test_small_transparent_parts_take_the_paper_of_the_rest() -> None:
    colours = np.full((28, 28, 4), 180, np.uint8)
    colours[..., 3] = 255
    colours[:3, :3] = 0
    assert (levels_of(file_of(colours)) == 180).all()


def test_large_pictures_are_scaled_down_and_say_so() -> None:
    opened = open_picture(file_of(np.full((900, 1800), 200, np.uint8), "JPEG"), "large.jpg")
    assert opened.image.size == (WORK_SIDE_PX, WORK_SIDE_PX // 2)
    assert "1,800 × 900 pixels" in opened.decision
    assert "scaled down to 512 × 256" in opened.decision
    assert not opened.is_original


def test_of_an_animation_the_first_frame_is_read() -> None:
    frames = [Image.fromarray(np.full((20, 20), level, np.uint8)) for level in (40, 120, 240)]
    for kind in ("GIF", "PNG", "WEBP", "TIFF"):
        file = io.BytesIO()
        frames[0].save(file, kind, save_all=True, append_images=frames[1:])
        assert "the first of several frames" in open_picture(file.getvalue(), kind).decision
        assert np.abs(levels_of(file.getvalue()).astype(int) - 40).max() < 4


def test_a_packed_picture_comes_back_as_it_was() -> None:
    for image in (GREY, GREY.astype(np.uint16) * 257 + 5, np.dstack([GREY, GREY.T, GREY, GREY])):
        opened = open_picture(file_of(image), "picture")
        again = opened.packed().unpacked()
        assert (again.image.mode, again.turn, again.decision) == (opened.image.mode, opened.turn, opened.decision)
        assert np.allclose(np.asarray(again.image, np.float32), np.asarray(opened.image, np.float32), atol=0.01)


def test_metadata_is_not_kept() -> None:
    """A profile of 2 MB, which the PNG reader would refuse."""
    opened = open_picture(file_of(Image.fromarray(GREY), "JPEG", icc_profile=bytes(2_000_000)), "picture")
    packed = opened.packed()
    assert len(packed.png) < 3_000
    assert packed.unpacked().image.size == (28, 28)


@pytest.mark.slow
def test_counting_frames_takes_no_time() -> None:
    """A TIFF of 1,500 frames; counting them would take as long as reading them all."""
    frame = Image.new("L", (20, 20), 9)
    file = io.BytesIO()
    frame.save(file, "TIFF", save_all=True, append_images=[frame] * 1499)
    with Image.open(file) as image:
        start = time.perf_counter()
        assert getattr(image, "n_frames") == 1500  # noqa: B009 - Pillow's types know it not of all formats
        counting_s = time.perf_counter() - start
    start = time.perf_counter()
    assert "several frames" in open_picture(file.getvalue(), "fax.tiff").decision
    assert time.perf_counter() - start < counting_s / 2


def png_of_size(width: int, height: int) -> bytes:
    """A small file that claims to be large, with rows of zeros."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(bytes(10_000))), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


NOISE = np.random.default_rng(0).integers(0, 256, (60, 60), np.uint8)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("empty.png", b"", "the file is empty"),
        ("text.png", b"not an image", "not an image in a known format"),
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not an image in a known format"),
        ("page.pdf", b"%PDF-1.7 ...", "not an image in a known format"),
        ("cut.png", file_of(NOISE)[:900], "cannot be read"),
        ("cut.jpg", file_of(NOISE, "JPEG")[:700], "cannot be read"),
        ("dot.png", file_of(np.zeros((1, 1), np.uint8)), "1 × 1 pixels; at least 8 × 8"),
        ("bomb.png", png_of_size(50_000, 50_000), f"far more than {MAX_PIXELS:,} pixels"),
        ("poster.png", png_of_size(9_000, 9_000), "9,000 × 9,000 pixels; at most 25,000,000"),
        (
            "strip.jpg",
            file_of(np.zeros((8, 50_000), np.uint8), "JPEG"),
            "8 × 50,000|50,000 × 8 pixels, too long and narrow",
        ),
        ("huge.png", bytes(MAX_FILE_BYTES + 1), "20.000001 MB; at most 20 MB"),
    ],
)
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_files_that_cannot_be_read_are_named_with_the_reason(name: str, data: bytes, words: str) -> None:
    with pytest.raises(ImageError, match=f"^{name}: .*{words}"):
        open_picture(data, name)


def test_data_urls_are_decoded_or_refused() -> None:
    data = file_of(GREY)
    assert data_of_url("data:image/png;base64," + base64.b64encode(data).decode(), "pasted") == data
    for wrong in (
        None,
        7,
        "",
        "data:text/html;base64,AAAA",
        "data:image/png;base64,A",
        "data:image/png;base64,ä",
        "http://127.0.0.1/x.png",
    ):
        with pytest.raises(ImageError, match=r"^pasted: the (browser did not send a picture|picture was damaged)"):
            data_of_url(wrong, "pasted")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::UserWarning:PIL", "ignore::PIL.Image.DecompressionBombWarning")
def test_mutated_files_raise_nothing_but_the_named_error() -> None:
    """Over 2,000 seeded mutations of a digit's picture in every format, through all stages."""
    random = np.random.default_rng(0)
    picture = Image.new("L", (60, 60), 220)
    picture.paste(30, (25, 10, 33, 50))
    turned = Image.Exif()
    turned[0x0112] = 6
    turned[0x010F] = "a maker of cameras"
    originals = [file_of(picture, kind) for kind in FORMATS] + [
        file_of(picture.convert("RGBA"), "WEBP"),
        file_of(picture.convert("CMYK"), "JPEG"),
        file_of(picture.quantize(8), "GIF"),
        file_of(np.asarray(picture, np.uint16) * 257, "TIFF"),
        file_of(picture, "TIFF", compression="tiff_deflate"),
        file_of(picture, "JPEG", exif=turned),
        file_of(picture, "WEBP", exif=turned),
        file_of(picture, "PNG", exif=turned),
    ]
    reasons: list[str] = []
    read = 0
    for original in originals:
        for _ in range(200):
            broken = bytearray(original)
            for place in random.integers(0, len(broken), random.integers(1, 6)):
                broken[place] = random.integers(256)
            cut = len(broken) if random.random() < 0.6 else random.integers(len(broken) // 3, len(broken))
            try:
                found = prepare_file(bytes(broken[:cut]), "broken")
            except ImageError as error:
                reasons.append(str(error))
            else:
                assert found.images.shape[1:] == (28, 28)
                read += 1
    assert len(reasons) + read == 200 * len(originals)
    assert all(reason.startswith("broken: ") for reason in reasons)
    assert len(reasons) > 500
    assert read > 500
