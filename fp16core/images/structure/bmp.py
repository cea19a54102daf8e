"""BMP: run-length coding, which Pillow decodes in Python."""

MAX_CODED_PIXELS = 4_000_000
"""Most pixels of a run-length coded file."""

MAX_CODED_BYTES = 4_000_000
"""Most bytes of a run-length coded file."""

_RUN_LENGTHS = (1, 2)
_OLD_HEADER_BYTES = 12


def complaint(data: bytes) -> str | None:
    """Return the objection to a file's structure, or `None`."""
    header_bytes = int.from_bytes(data[14:18], "little")
    if header_bytes <= _OLD_HEADER_BYTES or int.from_bytes(data[30:34], "little") not in _RUN_LENGTHS:
        return None
    width, height = (int.from_bytes(data[at : at + 4], "little", signed=True) for at in (18, 22))
    if abs(width * height) > MAX_CODED_PIXELS:
        return (
            f"is run-length coded and has {abs(width):,} × {abs(height):,} pixels, "
            f"where at most {MAX_CODED_PIXELS:,} are read"
        )
    if len(data) > MAX_CODED_BYTES:
        return f"is run-length coded and has {len(data):,} bytes, where at most {MAX_CODED_BYTES:,} are read"
    return None
