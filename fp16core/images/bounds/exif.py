"""EXIF data, which any format may carry."""

MAX_EXIF_BYTES = 1_000_000
"""Most bytes of EXIF data: makers' notes and a thumbnail rarely take a tenth."""


def complaint(size_bytes: int) -> str | None:
    """What is wrong with EXIF data of a size in bytes, or `None`."""
    if size_bytes > MAX_EXIF_BYTES:
        return f"holds {size_bytes:,} bytes of EXIF data, where at most {MAX_EXIF_BYTES:,} are read"
    return None
