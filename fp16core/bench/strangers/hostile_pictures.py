"""Picture files made to harm their decoder, each by a few lines of code."""

import functools
import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pillow_heif
from PIL import Image

pillow_heif.register_heif_opener(thumbnails=False)


def tiff_in_parts(parts: int, tag: int = 273) -> bytes:
    """A TIFF of 100 × 100 pixels in so many strips (tag 273) or tiles (324), all of them the same two bytes."""
    sides = {256: 100, 257: 100, 258: 8, 259: 1, 262: 1, 277: 1, **({278: 1} if tag == 273 else {322: 16, 323: 16})}
    at = 8 + 2 + 12 * (len(sides) + 2) + 4
    entries = {key: struct.pack("<HHIHH", key, 3, 1, value, 0) for key, value in sides.items()}
    for key in (tag, tag + (6 if tag == 273 else 1)):
        entries[key] = struct.pack("<HHII", key, 3, parts, at)
    body = b"".join(entries[key] for key in sorted(entries))
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + body + bytes(4) + b"\x08\0" * parts


def tiff_of_shared_entries(entries: int, shared_bytes: int) -> bytes:
    """A TIFF whose directory's entries all name the same bytes as theirs."""
    sides = {256: 100, 257: 100, 258: 8, 259: 1, 262: 1, 273: 8, 277: 1, 278: 100, 279: 10_000}
    at = 8 + 2 + 12 * (len(sides) + entries) + 4
    body = b"".join(struct.pack("<HHIHH", key, 3, 1, value, 0) for key, value in sides.items())
    body += b"".join(struct.pack("<HHII", 1_000 + key, 1, shared_bytes, at) for key in range(entries))
    return b"II*\0" + struct.pack("<IH", 8, len(sides) + entries) + body + bytes(4 + shared_bytes)


def jpeg_of_empty_scans(width: int, height: int, scans: int) -> bytes:
    """A progressive, grey JPEG whose every scan goes over the whole picture and brings nothing."""
    file = io.BytesIO()
    Image.new("L", (64, 64), 90).save(file, "JPEG", progressive=True)
    data = file.getvalue()
    first = data.index(b"\xff\xda")
    head = bytearray(data[:first])
    frame = head.index(b"\xff\xc2")
    head[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    scan = data[first : first + 2 + int.from_bytes(data[first + 2 : first + 4])]
    return bytes(head) + scan * scans + b"\xff\xd9"


def jpeg_with(before: bytes) -> bytes:
    """A JPEG of a digit's size with bytes inserted after its first two."""
    file = io.BytesIO()
    Image.new("L", (64, 64), 90).save(file, "JPEG")
    data = file.getvalue()
    return data[:2] + before + data[2:]


def png_chunk(kind: bytes, body: bytes = b"") -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_with(before: bytes, width: int = 64, height: int = 64) -> bytes:
    """A grey PNG with chunks inserted before its pixels."""
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    pixels = png_chunk(b"IDAT", zlib.compress(bytes((64 + 1) * 64)))
    return b"\x89PNG\r\n\x1a\n" + header + before + pixels + png_chunk(b"IEND")


def gif_with(before: bytes) -> bytes:
    """A GIF with blocks inserted before its pixels."""
    file = io.BytesIO()
    Image.new("L", (64, 64), 90).save(file, "GIF")
    data = file.getvalue()
    start = 13 + (3 << (data[10] & 7) + 1 if data[10] & 128 else 0)
    return data[:start] + before + data[start:]


def webp_with(chunks: int) -> bytes:
    """A WebP with so many empty chunks after its pixels."""
    file = io.BytesIO()
    Image.new("RGBA", (64, 64), (9, 9, 9, 90)).save(file, "WEBP")
    body = file.getvalue()[8:] + b"none\0\0\0\0" * chunks
    return b"RIFF" + struct.pack("<I", len(body)) + body


def bmp_of_empty_rows(width: int, height: int) -> bytes:
    """A run-length coded BMP whose rows end before they begin."""
    palette = bytes(4 * 256)
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 1, 0, 0, 0, 256, 0)
    return (
        b"BM" + struct.pack("<IHHI", 0, 0, 0, 14 + 40 + len(palette)) + head + palette + b"\1\0\0\0" * height + b"\0\1"
    )


def _box(kind: bytes, *parts: bytes, version: int | None = None) -> bytes:
    body = (b"" if version is None else struct.pack(">B3x", version)) + b"".join(parts)
    return struct.pack(">I", 8 + len(body)) + kind + body


def heic_of_one_tile(
    coded: tuple[int, int], declared: tuple[int, int], rows_and_columns: tuple[int, int], whole: tuple[int, int]
) -> bytes:
    """A HEIC that is a grid of one tile, used again and again.

    Parameters
    ----------
    coded
        Width and height of the tile, as HEVC codes it.
    declared
        The same, as the file says.
    rows_and_columns
        Of the grid.
    whole
        Width and height of the picture.
    """
    made = _plain_heic(*coded)
    configuration = _found_box(made, b"hvcC")
    tile = _found_box(made, b"mdat")[8:]
    rows, columns = rows_and_columns
    grid = struct.pack(">BBBBII", 0, 1, rows - 1, columns - 1, *whole)
    properties = _box(
        b"iprp",
        _box(
            b"ipco",
            _box(b"ispe", struct.pack(">II", *declared), version=0),
            configuration,
            _box(b"ispe", struct.pack(">II", *whole), version=0),
        ),
        _box(b"ipma", struct.pack(">IHBBBHBB", 2, 1, 2, 1, 0x82, 2, 1, 3), version=0),
    )
    kinds = [
        _box(b"infe", struct.pack(">HH4sB", item, 0, kind, 0), version=2) for item, kind in ((1, b"hvc1"), (2, b"grid"))
    ]
    uses = rows * columns
    references = _box(b"iref", _box(b"dimg", struct.pack(">HH", 2, uses) + b"\0\1" * uses), version=0)

    def meta(tile_at: int) -> bytes:
        places = (1, 0, 1, tile_at, len(tile), 2, 0, 1, tile_at + len(tile), len(grid))
        return _box(
            b"meta",
            _box(b"hdlr", bytes(4) + b"pict" + bytes(13), version=0),
            _box(b"pitm", struct.pack(">H", 2), version=0),
            _box(b"iinf", struct.pack(">H", 2), *kinds, version=0),
            references,
            properties,
            _box(b"iloc", struct.pack(">HH", 0x4400, 2), struct.pack(">HHHIIHHHII", *places), version=0),
            version=0,
        )

    head = _box(b"ftyp", b"heic" + bytes(4) + b"mif1heic")
    return head + meta(len(head) + len(meta(0)) + 8) + _box(b"mdat", tile, grid)


@functools.cache
def _plain_heic(width: int, height: int) -> bytes:
    """A HEIC of one colour; a large one takes seconds to code."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), (200, 90, 40)).save(file, "HEIF", quality=10)
    return file.getvalue()


def _found_box(data: bytes, kind: bytes) -> bytes:
    at = data.index(kind) - 4
    return data[at : at + int.from_bytes(data[at : at + 4])]


HOSTILE: dict[str, Callable[[], bytes]] = {
    "TIFF of 4,000,000 strips": lambda: tiff_in_parts(4_000_000),
    "TIFF of 4,000,000 tiles": lambda: tiff_in_parts(4_000_000, tag=324),
    "TIFF of 50,000 strips": lambda: tiff_in_parts(50_000),
    "TIFF whose 60,000 entries share 18 MB": lambda: tiff_of_shared_entries(60_000, 18_000_000),
    "TIFF whose 1,900 entries share 18 MB": lambda: tiff_of_shared_entries(1_900, 18_000_000),
    "JPEG of 5,000 empty scans": lambda: jpeg_of_empty_scans(9_900, 10_000, 5_000),
    "JPEG of 15 empty scans": lambda: jpeg_of_empty_scans(9_900, 10_000, 15),
    "JPEG with 19 MB of 0xff": lambda: jpeg_with(b"\xff" * 19_000_000),
    "JPEG with 19 MB of nothing": lambda: jpeg_with(b"\xff\xfe\0\2" + bytes(19_000_000)),
    "JPEG with 4,500,000 comments": lambda: jpeg_with(b"\xff\xfe\0\2" * 4_500_000),
    "JPEG with 18 MB of EXIF": lambda: jpeg_with((b"\xff\xe1\xff\xffExif\0\0" + bytes(65_527)) * 280),
    "PNG with 1,000,000 texts": lambda: png_with(png_chunk(b"tEXt", b"a\0b") * 1_000_000),
    "PNG with 1,500,000 empty pieces of pixels": lambda: png_with(png_chunk(b"IDAT") * 1_500_000),
    "PNG of 50,000 × 50,000 pixels": lambda: png_with(b"", 50_000, 50_000),
    "GIF with 9,000,000 pieces of a comment": lambda: gif_with(b"!\xfe" + b"\1a" * 9_000_000 + b"\0"),
    "GIF with 19 MB of nothing": lambda: gif_with(bytes(19_000_000)),
    "WebP with 2,000,000 chunks": lambda: webp_with(2_000_000),
    "BMP of 5,000 empty rows of 5,000": lambda: bmp_of_empty_rows(5_000, 5_000),
    "BMP of 2,000 empty rows of 2,000": lambda: bmp_of_empty_rows(2_000, 2_000),
    "HEIC that uses a large tile 255 times": lambda: heic_of_one_tile(
        (4_096, 4_096), (4_096, 4_096), (15, 17), (1_700, 1_500)
    ),
    "HEIC with a larger tile than declared": lambda: heic_of_one_tile((4_096, 4_096), (512, 512), (1, 1), (512, 512)),
}
"""Files by kind; of some kinds, one beyond the bounds on a file's structure and one within."""


def digit_photograph(size: tuple[int, int] = (640, 480), **options: Any) -> bytes:
    """A good JPEG of a plain stroke, to be read after the others."""
    levels = np.full(size[::-1], 220, np.uint8)
    levels[size[1] // 4 : -size[1] // 4, size[0] // 2 : size[0] // 2 + size[0] // 20] = 30
    file = io.BytesIO()
    Image.fromarray(levels).save(file, "JPEG", **options)
    return file.getvalue()
