"""Decodes as the real child does, but without bounds on a file's structure, and misbehaves on request."""

import os
from typing import Any
from unittest.mock import patch

from fp16core.images.picture import RawPicture
from fp16core.resident.child import serve_calls
from fp16core.worker.decoder_child import decode

_WRONG: dict[bytes, Any] = {
    b"another type": {"mode": "L"},
    b"too many pixels": RawPicture("L", (1000, 10), bytes(10_000), 1, "L", True),
    b"too few bytes": RawPicture("RGB", (10, 10), bytes(100), 1, "L", True),
    b"another mode": RawPicture("P", (10, 10), bytes(100), 1, "L", True),
    b"no size": RawPicture("L", None, bytes(100), 1, "L", True),  # type: ignore[arg-type]
    b"not a number": RawPicture("F", (1, 1), b"\0\0\xc0\x7f", 1, "L", True),
    b"a novel": RawPicture("L", (10, 10), bytes(100), 1, "L" * 100_000, True),
    b"no turn": RawPicture("L", (10, 10), bytes(100), "up", "L", True),  # type: ignore[arg-type]
}

_hoard: list[bytes] = []


def misbehave_or_decode(data: bytes, name: str, memory_bytes: int, may_have_more: bool) -> Any:
    """Decode, unless the data say otherwise."""
    if data == b"crash":
        os.abort()
    if data == b"fail":
        raise RuntimeError("a bug")
    if data == b"hoard":  # as a library that forgets to free what it took
        _hoard.append(os.urandom(150_000_000))
    return _WRONG[data] if data in _WRONG else decode(data, name, memory_bytes, may_have_more)


if __name__ == "__main__":
    with patch("fp16core.images.picture_file.check_structure"):
        serve_calls({"decode": misbehave_or_decode})
