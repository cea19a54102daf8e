"""WebP: chunks, of which each frame of an animation is one."""

from fp16core.images.structure import exif

MAX_CHUNKS = 10_000
"""Most chunks: a picture has one to six, an animation one for each frame."""


def complaint(data: bytes) -> str | None:
    """Return the objection to a file's structure, or `None`."""
    at, chunks = 12, 0
    while at + 8 <= len(data):
        chunks += 1
        if chunks > MAX_CHUNKS:
            return f"has more than {MAX_CHUNKS:,} chunks"
        kind, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if kind == b"EXIF" and (found := exif.complaint(length)) is not None:
            return found
        at += 8 + length + length % 2
    return None
