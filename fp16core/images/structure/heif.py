"""HEIF: the number of pixels decoded for the picture; a grid may use the same ones many times."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from fp16core.images.structure.hevc import coded_pixels

MAX_PARTS = 20_000
"""Most boxes and entries of their tables: a photograph in 200 tiles has some 1,500."""

MAX_DECODED_PIXELS = 60_000_000
"""Most pixels decoded for a picture: its own, rounded up to whole tiles, and those of its transparency."""

_FULL_BOX_BYTES = 4


class _TooManyPartsError(Exception):
    pass


@dataclass
class _Items:
    """Items of the file, by number.

    Attributes
    ----------
    properties
        Pixels that each property declares, 0 if it declares none.
    pixels
        Most pixels that the properties of an item declare.
    parts
        Items that one is composed of, each as often as it is used.
    located_bytes
        Bytes that all items together claim.
    seen
        Number of boxes and entries read.
    """

    properties: list[int] = field(default_factory=list)
    pixels: dict[int, int] = field(default_factory=dict)
    parts: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    located_bytes: int = 0
    seen: int = 0

    def count(self, new: int = 1) -> None:
        """Count boxes and entries read, and stop if there are too many."""
        self.seen += new
        if self.seen > MAX_PARTS:
            raise _TooManyPartsError


def complaint(data: bytes) -> str | None:
    """Return the objection to a file's structure, or `None`."""
    items = _Items()
    try:
        for kind, at, end in _boxes(data, 0, len(data), items):
            if kind == b"meta":
                _read_meta(data, at + _FULL_BOX_BYTES, end, items)
    except _TooManyPartsError:
        return f"has more than {MAX_PARTS:,} boxes and entries"
    if items.located_bytes > 2 * len(data):
        return f"names {items.located_bytes:,} bytes of its own, though it has {len(data):,}"
    decoded: dict[int, int] = {}
    most = max((_decoded_pixels(item, items, decoded, ()) for item in [*items.parts, *items.pixels]), default=0)
    if most > MAX_DECODED_PIXELS:
        return f"is put together of {most:,} pixels, where at most {MAX_DECODED_PIXELS:,} are decoded"
    return None


def _decoded_pixels(item: int, items: _Items, decoded: dict[int, int], above: tuple[int, ...]) -> int:
    """Pixels decoded for an item, with each part counted as often as it is used."""
    if item in above or len(above) > 8:  # in a circle, or nearly
        return 0
    if item not in decoded:
        parts = items.parts.get(item, ())
        own = items.pixels.get(item, 0)
        below = sum(_decoded_pixels(part, items, decoded, (*above, item)) for part in parts)
        decoded[item] = max(own, below)
    return decoded[item]


def _boxes(data: bytes, at: int, end: int, items: _Items) -> Iterator[tuple[bytes, int, int]]:
    """Yield type, start and end of the content of each box in a part of the file."""
    while at + 8 <= end:
        items.count()
        size, kind, head = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8], 8
        if size == 1:
            size, head = int.from_bytes(data[at + 8 : at + 16]), 16
        elif size == 0:
            size = end - at
        if size < head:
            return
        yield kind, at + head, min(at + size, end)
        at += size


def _read_meta(data: bytes, at: int, end: int, items: _Items) -> None:
    for kind, start, stop in _boxes(data, at, end, items):
        if kind == b"iloc":
            _read_locations(data[start:stop], items)
        elif kind == b"iref":
            _read_references(data, start, stop, items)
        elif kind == b"iprp":
            inner = list(_boxes(data, start, stop, items))
            for inner_kind, inner_start, inner_stop in inner:
                if inner_kind == b"ipco":
                    _read_properties(data, inner_start, inner_stop, items)
            for inner_kind, inner_start, inner_stop in inner:
                if inner_kind == b"ipma":
                    _read_associations(data[inner_start:inner_stop], items)


def _read_properties(data: bytes, at: int, end: int, items: _Items) -> None:
    for kind, start, stop in _boxes(data, at, end, items):
        if kind == b"ispe":
            sides = [int.from_bytes(data[start + place : start + place + 4]) for place in (4, 8)]
            items.properties.append(sides[0] * sides[1])
        elif kind == b"hvcC":
            items.properties.append(coded_pixels(data[start:stop]))
        else:
            items.properties.append(0)


def _read_associations(body: bytes, items: _Items) -> None:
    """Read the properties that items have (ISO/IEC 23008-12, 9.3.2)."""
    head = int.from_bytes(body[:4])
    item_bytes, is_wide, at = 4 if head >> 24 else 2, head & 1, 8
    for _ in range(int.from_bytes(body[4:8])):
        if at >= len(body):
            return
        items.count()
        item, at = int.from_bytes(body[at : at + item_bytes]), at + item_bytes
        count, at = int.from_bytes(body[at : at + 1]), at + 1
        items.count(count)
        for _ in range(count):
            index = int.from_bytes(body[at : at + 2]) & 0x7FFF if is_wide else int.from_bytes(body[at : at + 1]) & 0x7F
            at += 2 if is_wide else 1
            if 1 <= index <= len(items.properties):
                items.pixels[item] = max(items.pixels.get(item, 0), items.properties[index - 1])


def _read_references(data: bytes, at: int, end: int, items: _Items) -> None:
    """Read the items that others are derived from (ISO/IEC 14496-12, 8.11.12)."""
    item_bytes = 4 if any(data[at : at + 1]) else 2
    for kind, start, stop in _boxes(data, at + _FULL_BOX_BYTES, end, items):
        if kind == b"dimg":
            first = start + item_bytes + 2
            items.count((stop - first) // item_bytes)
            items.parts[int.from_bytes(data[start : start + item_bytes])] += [
                int.from_bytes(data[place : place + item_bytes]) for place in range(first, stop, item_bytes)
            ]


def _read_locations(body: bytes, items: _Items) -> None:
    """Count the bytes that all items claim (ISO/IEC 14496-12, 8.11.3)."""
    version = int.from_bytes(body[:1])
    offset_bytes, length_bytes, base_bytes, index_bytes = (
        int.from_bytes(body[4:6]) >> shift & 15 for shift in (12, 8, 4, 0)
    )
    index_bytes = index_bytes if version in (1, 2) else 0
    wide = 4 if version == 2 else 2
    at = 6 + wide
    for _ in range(int.from_bytes(body[6:at])):
        at += wide + (2 if version in (1, 2) else 0) + 2 + base_bytes
        if at + 2 > len(body):
            return
        extents, at = int.from_bytes(body[at : at + 2]), at + 2
        items.count(1 + extents)
        for _ in range(extents):
            at += index_bytes + offset_bytes
            items.located_bytes += int.from_bytes(body[at : at + length_bytes])
            at += length_bytes
