"""JPEG: segments, stray bytes, and the number of scans over the picture."""

import re

from fp16core.images.structure import exif

MAX_SEGMENTS = 2_000
"""Most segments: a picture needs some ten, a colour profile or a gain map adds some hundred."""

MAX_STRAY_BYTES = 65_536
"""Most bytes between segments, which Pillow skips one by one."""

MAX_SCANS = 100
"""Most scans: progressive files have some ten."""

MAX_SCANNED = 1_500_000_000
"""Most pixels of all scans of a file together; an empty scan takes as long as a full one."""

MAX_COEFFICIENT_BYTES = 200_000_000
"""Most memory for the coefficients of a file with several scans: all are held until the last scan."""

_FILL = re.compile(rb"\xff+")
_NEXT = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
"""End of a scan's data: any marker except those that restart the decoder."""

_ALONE = {0x01, 0xC8, *range(0xD0, 0xD9), *range(0xF0, 0xFE)}
"""Markers without a length."""

_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_START_OF_SCAN, _END_OF_IMAGE, _APP1 = 0xDA, 0xD9, 0xE1


def complaint(data: bytes) -> str | None:
    """Return the objection to a file's structure, or `None`."""
    at, segments, stray, scans, exif_bytes = 2, 0, 0, 0, 0
    frame = b""
    while at < len(data):
        fill = _FILL.search(data, at)
        end = fill.end() if fill else len(data)
        stray += end - at - 1
        if stray > MAX_STRAY_BYTES:
            return f"has more than {MAX_STRAY_BYTES:,} bytes that belong to no part of it"
        if end >= len(data):
            break
        marker, at = data[end], end + 1
        if marker == _END_OF_IMAGE and scans:
            break
        segments += 1
        if segments > MAX_SEGMENTS:
            return f"has more than {MAX_SEGMENTS:,} segments"
        if marker == 0 or marker in _ALONE:
            continue
        length = int.from_bytes(data[at : at + 2])
        body = data[at + 2 : at + max(2, length)]
        at += max(2, length)
        if marker == _APP1 and body.startswith(b"Exif"):
            exif_bytes += len(body)
            if (found := exif.complaint(exif_bytes)) is not None:
                return found
        elif marker in _FRAMES:
            frame = body
        elif marker == _START_OF_SCAN:
            scans += 1
            if (found := _scans_complaint(scans, frame, len(body))) is not None:
                return found
            following = _NEXT.search(data, at)
            at = following.start() if following else len(data)
    return None


def _scans_complaint(scans: int, frame: bytes, header_bytes: int) -> str | None:
    height, width = int.from_bytes(frame[1:3]), int.from_bytes(frame[3:5])
    if scans > MAX_SCANS or scans * width * height > MAX_SCANNED:
        return f"goes over its {width:,} × {height:,} pixels in more than {scans - 1:,} scans"
    factors = [(frame[place] >> 4) * (frame[place] & 15) for place in range(7, len(frame), 3)]
    # A scan's header takes four bytes, and two for each component: if the first scan has them all, it is the only one.
    if scans > 1 or header_bytes < 4 + 2 * len(factors):
        largest = max((frame[place] >> 4 for place in range(7, len(frame), 3)), default=1) * max(
            (frame[place] & 15 for place in range(7, len(frame), 3)), default=1
        )
        held = 2 * width * height * sum(factors) / max(largest, 1)
        if held > MAX_COEFFICIENT_BYTES:
            return (
                f"stores its {width:,} × {height:,} pixels progressively, which takes {held:,.0f} bytes of memory, "
                f"where at most {MAX_COEFFICIENT_BYTES:,} are used"
            )
    return None
