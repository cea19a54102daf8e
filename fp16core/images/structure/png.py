"""PNG: chunks."""

from fp16core.images.structure import exif

MAX_CHUNKS = 20_000
"""Most chunks: the largest accepted file has 2,500 of the usual size."""


def complaint(data: bytes) -> str | None:
    """Return the objection to a file's structure, or `None`."""
    at, chunks = 8, 0
    while at + 8 <= len(data):
        chunks += 1
        if chunks > MAX_CHUNKS:
            return f"has more than {MAX_CHUNKS:,} chunks"
        length, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        if kind == b"eXIf" and (found := exif.complaint(length)) is not None:
            return found
        if kind == b"IEND":
            break
        at += 12 + length
    return None
