"""GIF: blocks up to the second frame."""

MAX_BLOCKS = 200_000
"""Most blocks: the largest accepted file has 80,000 of the usual size."""

_EXTENSION, _FRAME = 0x21, 0x2C


def complaint(data: bytes) -> str | None:
    """Return the objection to a file's structure, or `None`."""
    at = 13 + _palette_bytes(data, 10)
    blocks = frames = 0
    while at < len(data) and frames < 2:
        blocks += 1  # a stray byte costs as much as a block
        kind, at = data[at], at + 1
        if kind == _FRAME:
            frames += 1
            at += 10 + _palette_bytes(data, at + 8)
        elif kind == _EXTENSION:
            at += 1
        if kind in (_FRAME, _EXTENSION):
            while at < len(data) and (length := data[at]) and blocks <= MAX_BLOCKS:
                blocks += 1
                at += 1 + length
            at += 1
        if blocks > MAX_BLOCKS:
            return f"has more than {MAX_BLOCKS:,} blocks"
    return None


def _palette_bytes(data: bytes, flags_at: int) -> int:
    flags = data[flags_at] if flags_at < len(data) else 0
    return 3 << ((flags & 7) + 1) if flags & 128 else 0
