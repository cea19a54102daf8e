"""Rows of marks, level or slanted."""

from collections.abc import Sequence

from fp16core.images.box import Box

_SAME_ROW = 0.5
"""Share of the lower one's height by which two marks side by side must overlap to be in one row."""

_NEAR = 1.5
"""Gap between neighbours, in heights of the taller, up to which all of them are compared; beyond, the nearest only."""


def rows_of(boxes: Sequence[Box]) -> list[list[int]]:
    """Group marks into rows, from top to bottom; each row's marks from left to right.

    Marks are in one row with neighbours at about their own height. A row may therefore slant: its ends
    need not be at one height.
    """
    order = sorted(range(len(boxes)), key=lambda place: boxes[place].left)
    row_of = list(range(len(boxes)))

    def join(one: int, other: int) -> None:
        old, new = row_of[other], row_of[one]
        row_of[:] = [new if row == old else row for row in row_of]

    for rank, place in enumerate(order):
        beside = [other for other in order[rank + 1 :] if _overlap(boxes[place], boxes[other]) >= _SAME_ROW]
        for other in beside[:1]:
            join(place, other)
        for other in beside[1:]:
            gap = boxes[other].left - boxes[place].right
            if gap <= _NEAR * max(boxes[place].height, boxes[other].height):
                join(place, other)
    rows: dict[int, list[int]] = {}
    for place in order:
        rows.setdefault(row_of[place], []).append(place)
    return sorted(
        rows.values(), key=lambda row: sum(boxes[place].top + boxes[place].bottom for place in row) / len(row)
    )


def _overlap(one: Box, other: Box) -> float:
    """Rows that two boxes share, as a share of the lower one's height; negative if they are apart."""
    return (min(one.bottom, other.bottom) - max(one.top, other.top)) / min(one.height, other.height)
