"""Files with so many parts that decoding them would take long: refused beyond each bound, and not at it."""

import io
import struct

import pillow_heif
import pytest
from PIL import Image

from fp16core.bench.strangers.hostile_pictures import (
    bmp_of_empty_rows,
    gif_with,
    heic_of_one_tile,
    jpeg_of_empty_scans,
    jpeg_with,
    png_chunk,
    png_with,
    tiff_in_parts,
    tiff_of_shared_entries,
    webp_with,
)
from fp16core.images.picture_file import open_picture
from fp16core.images.structure import bmp, check_structure, gif, hevc, jpeg, png, tiff, webp
from fp16core.images.structure.exif import MAX_EXIF_BYTES
from fp16core.vocabulary import ImageError

COMMENT = b"\xff\xfe\0\2"
EXIF = b"\xff\xe1\xff\xffExif\0\0" + bytes(65_527)


def bigtiff(strips: int) -> bytes:
    """A header and a directory of one entry, in either byte order."""
    return b"II+\0" + struct.pack("<HHQQHHQQ", 8, 0, 16, 1, 273, 16, strips, 0)


def bigtiff_of_the_other_order(strips: int) -> bytes:
    return b"MM\0+" + struct.pack(">HHQQHHQQ", 8, 0, 16, 1, 273, 16, strips, 0)


def with_size(data: bytes, size: tuple[int, int]) -> bytes:
    """A JPEG that claims to be larger than it is."""
    at = data.index(b"\xff\xc0") + 5
    return data[:at] + struct.pack(">HH", *size) + data[at + 4 :]


def progressive(width: int, height: int, subsampling: int) -> bytes:
    """Header of a progressive JPEG in colour that claims to be large."""
    file = io.BytesIO()
    Image.new("RGB", (64, 64), "red").save(file, "JPEG", progressive=True, subsampling=subsampling)
    data = file.getvalue()
    at = data.index(b"\xff\xc2") + 5
    return data[:at] + struct.pack(">HH", height, width) + data[at + 4 :]


@pytest.mark.parametrize(
    ("within", "beyond", "words"),
    [
        (tiff_in_parts(tiff.MAX_PARTS), tiff_in_parts(tiff.MAX_PARTS + 1), "TIFF is divided into 50,001 strips"),
        (
            tiff_in_parts(tiff.MAX_PARTS, tag=324),
            tiff_in_parts(tiff.MAX_PARTS + 1, tag=324),
            "TIFF is divided into 50,001 tiles",
        ),
        (bigtiff(50_000), bigtiff(50_001), "TIFF is divided into 50,001 strips"),
        (bigtiff_of_the_other_order(50_000), bigtiff_of_the_other_order(50_001), "TIFF is divided into 50,001 strips"),
        (
            tiff_of_shared_entries(tiff.MAX_ENTRIES - 9, 100),
            tiff_of_shared_entries(tiff.MAX_ENTRIES - 8, 100),
            "TIFF has a directory of 2,001 entries",
        ),
        (
            jpeg_of_empty_scans(100, 100, jpeg.MAX_SCANS),
            jpeg_of_empty_scans(100, 100, jpeg.MAX_SCANS + 1),
            "JPEG goes over its 100 × 100 pixels in more than 100 scans",
        ),
        (
            jpeg_of_empty_scans(10_000, 10_000, 15),
            jpeg_of_empty_scans(10_000, 10_000, 16),
            "JPEG goes over its 10,000 × 10,000 pixels in more than 15 scans",
        ),
        (
            progressive(8_000, 8_000, 2),
            progressive(8_200, 8_200, 2),
            "JPEG stores its 8,200 × 8,200 pixels progressively, which takes 201,720,000 bytes",
        ),
        (
            progressive(5_700, 5_700, 0),
            progressive(5_800, 5_800, 0),
            "JPEG stores its 5,800 × 5,800 pixels progressively, which takes 201,840,000 bytes",
        ),
        (
            jpeg_with(b"\xff" * jpeg.MAX_STRAY_BYTES),
            jpeg_with(b"\xff" * (jpeg.MAX_STRAY_BYTES + 1)),
            "JPEG has more than 65,536 bytes that belong to no part",
        ),
        (
            jpeg_with(COMMENT + b"a" * jpeg.MAX_STRAY_BYTES),
            jpeg_with(COMMENT + b"a" * (jpeg.MAX_STRAY_BYTES + 1)),
            "JPEG has more than 65,536 bytes that belong to no part",
        ),
        (jpeg_with(COMMENT * 1_900), jpeg_with(COMMENT * 2_001), "JPEG has more than 2,000 segments"),
        (jpeg_with(EXIF * 15), jpeg_with(EXIF * 16), "JPEG holds 1,048,528 bytes of EXIF data"),
        (
            png_with(png_chunk(b"tEXt", b"a\0b") * (png.MAX_CHUNKS - 3)),
            png_with(png_chunk(b"tEXt", b"a\0b") * (png.MAX_CHUNKS - 2)),
            "PNG has more than 20,000 chunks",
        ),
        (
            png_with(png_chunk(b"eXIf", bytes(MAX_EXIF_BYTES))),
            png_with(png_chunk(b"eXIf", bytes(MAX_EXIF_BYTES + 1))),
            "PNG holds 1,000,001 bytes of EXIF data",
        ),
        (
            gif_with(b"!\xfe" + b"\1a" * (gif.MAX_BLOCKS - 100) + b"\0"),
            gif_with(b"!\xfe" + b"\1a" * gif.MAX_BLOCKS + b"\0"),
            "GIF has more than 200,000 blocks",
        ),
        (gif_with(bytes(199_000)), gif_with(bytes(200_001)), "GIF has more than 200,000 blocks"),
        (webp_with(webp.MAX_CHUNKS - 3), webp_with(webp.MAX_CHUNKS + 1), "WebP has more than 10,000 chunks"),
        (
            bmp_of_empty_rows(2_000, 2_000),
            bmp_of_empty_rows(2_000, 2_001),
            "BMP is run-length coded and has 2,000 × 2,001 pixels",
        ),
        (
            bmp_of_empty_rows(100, 100) + bytes(bmp.MAX_CODED_BYTES - 2_000),
            bmp_of_empty_rows(100, 100) + bytes(bmp.MAX_CODED_BYTES),
            "BMP is run-length coded and has 4,001,480 bytes",
        ),
        (
            heic_of_one_tile((64, 64), (512, 512), (15, 15), (7_680, 7_680)),
            heic_of_one_tile((64, 64), (512, 512), (16, 15), (7_680, 8_192)),
            "HEIF is put together of 62,914,560 pixels",
        ),
        (
            heic_of_one_tile((512, 512), (64, 64), (15, 15), (960, 960)),
            heic_of_one_tile((512, 512), (64, 64), (16, 15), (960, 1_024)),
            "HEIF is put together of 62,914,560 pixels",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_is_refused_beyond_a_bound_and_read_on_at_it(within: bytes, beyond: bytes, words: str) -> None:
    check_structure(within, "within")
    with pytest.raises(ImageError, match=f"^beyond: the {words}.*Save it again, smaller or as PNG.$"):
        open_picture(beyond, "beyond")


def test_scans_after_the_first_count_wherever_the_data_of_one_ends() -> None:
    """A restart marker and a stuffed byte are data; nothing after the end of the image is a scan."""
    data = jpeg_of_empty_scans(100, 100, 1)
    scan = data[data.index(b"\xff\xda") : -2]
    full = scan + b"\x12\xff\0\xd3\xff\xd0\x34"
    check_structure(data[:-2] + full * 99 + b"\xff\xd9" + full * 500, "picture")
    with pytest.raises(ImageError, match="in more than 100 scans"):
        check_structure(data[:-2] + full * 100, "picture")


def test_a_baseline_jpeg_of_one_scan_needs_no_coefficients() -> None:
    file = io.BytesIO()
    Image.new("RGB", (64, 64), "red").save(file, "JPEG")
    check_structure(with_size(file.getvalue(), (10_000, 10_000)), "large.jpg")


@pytest.mark.parametrize("size", [(128, 64), (1_024, 640), (4_096, 128)])
def test_the_size_that_hevc_codes_is_read_whatever_the_file_says(size: tuple[int, int]) -> None:
    """The encoder keeps these sizes, which are multiples of its largest block."""
    file = io.BytesIO()
    Image.new("RGB", size).save(file, "HEIF")
    data = file.getvalue()
    assert pillow_heif.open_heif(data).size == size
    at = data.index(b"hvcC") + 4
    assert hevc.coded_pixels(data[at : at + int.from_bytes(data[at - 8 : at - 4]) - 8]) == size[0] * size[1]


@pytest.mark.parametrize("head", ["jpeg", "png", "tiff", "gif", "webp", "bmp", "heif"])
def test_cut_files_are_left_to_the_decoder(head: str) -> None:
    """Every truncation of a file is read without an error."""
    files = {
        "jpeg": jpeg_of_empty_scans(100, 100, 3),
        "png": png_with(png_chunk(b"tEXt", b"a\0b")),
        "tiff": tiff_in_parts(3),
        "gif": gif_with(b"!\xfe\1a\0"),
        "webp": webp_with(3),
        "bmp": bmp_of_empty_rows(10, 10)[:200],
        "heif": heic_of_one_tile((64, 64), (64, 64), (2, 2), (128, 128))[:900],
    }
    for end in range(8, len(files[head])):
        check_structure(files[head][:end], "cut")
