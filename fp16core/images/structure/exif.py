"""EXIF data, which any format may carry."""

MAX_EXIF_BYTES = 1_000_000
"""Most bytes of EXIF data: maker notes and a thumbnail rarely take a tenth of it."""


def complaint(size_bytes: int) -> str | None:
    """Return the objection to EXIF data of a size in bytes, or `None`."""
    if size_bytes > MAX_EXIF_BYTES:
        return f"holds {size_bytes:,} bytes of EXIF data, where at most {MAX_EXIF_BYTES:,} are read"
    return None
