"""TIFF: strips, tiles and entries of the first directory."""

from typing import Literal

MAX_PARTS = 50_000
"""Most strips or tiles: Pillow creates an object for each of them."""

MAX_ENTRIES = 2_000
"""Most entries of a directory: a picture needs some twenty, a camera adds some hundred."""

_STRIP_OFFSETS, _TILE_OFFSETS = 273, 324


def complaint(data: bytes) -> str | None:
    """Return the objection to a file's structure, or `None`."""
    order: Literal["little", "big"] = "little" if data.startswith(b"II") else "big"
    # Pillow reads a BigTIFF of the other byte order as a TIFF, libtiff as a BigTIFF.
    kinds = {b"II+\0": (True,), b"MM\0+": (True, False)}.get(data[:4], (False,))
    return next((found for is_big in kinds if (found := _directory_complaint(data, order, is_big))), None)


def _directory_complaint(data: bytes, order: Literal["little", "big"], is_big: bool) -> str | None:
    def number(at: int, size_bytes: int) -> int:
        return int.from_bytes(data[at : at + size_bytes], order)

    at = number(8, 8) if is_big else number(4, 4)
    entries, at = (number(at, 8), at + 8) if is_big else (number(at, 2), at + 2)
    if entries > MAX_ENTRIES:
        return f"has a directory of {entries:,} entries, where at most {MAX_ENTRIES:,} are read"
    for _ in range(entries):
        tag, count = number(at, 2), number(at + 4, 8 if is_big else 4)
        if tag in (_STRIP_OFFSETS, _TILE_OFFSETS) and count > MAX_PARTS:
            parts = "strips" if tag == _STRIP_OFFSETS else "tiles"
            return f"is divided into {count:,} {parts}, where at most {MAX_PARTS:,} are read"
        at += 20 if is_big else 12
    return None
