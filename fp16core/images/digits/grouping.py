"""Marks grouped into digits, and digits that touch cut apart."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from fp16core.images.box import Box
from fp16core.images.digits.components import Components
from fp16core.images.digits.cutting import digit_parts, likeliest, look
from fp16core.images.digits.found_digits import FoundDigits
from fp16core.images.digits.rows import rows_of
from fp16core.text import count_text

_LOW = 0.4
"""Height of a mark, as a share of the tallest's, below which it is no digit of its own."""

_LOW_ROW = 0.5
"""The same for a row: a lower one holds pieces of the digits in its neighbour."""

_PIECE_GAP, _BASE_GAP = 0.15, 0.05
"""Largest gap at the side, in heights of the digit, between it and a low piece of it: in its upper part, and at its
foot, where commas are."""

_PIECE_DISTANCE = 0.6
"""The same above or below it."""

_UNDERLINE = 1.6
"""Width of a low mark, as a share of the digit's height, from which it is a line."""

_TOUCHING_GAP = 0.12
"""Gap between tall marks, in heights of the taller, above which they are two digits."""

_LEAD = 0.7
"""Lead, in log probability, by which marks side by side look more like one digit together: two ones close to each other
look like a bold one."""

_STACKED = 0.3
"""Share of the lower one's height up to which marks in the same columns may overlap to be above each other."""

_ASKEW, _PLAUSIBLE = 0.1, math.log(0.5)
"""The same share for marks askew, such as the halves of a broken 1 that leans, and the log probability that pieces of a
digit must reach together."""

_COLUMN = 2.2
"""Height of digits above each other, as a share of their width, from which they are a column."""

_MOST_PIECES = 8
"""Pieces of a single digit, at most, that are not joined two by two."""

_WIDE = 0.6
"""Width of a mark, as a share of its height, from which it may be several digits that touch."""

_MOST_MARKS = 200
"""Marks of a digit's height beyond which none is grouped: far more than are read."""


def find_digits(components: Components, kept: npt.NDArray[np.bool_], most: int) -> FoundDigits:
    """Group marks into digits, in reading order: rows from top to bottom, each from left to right.

    Marks above each other, and marks that look more like one digit together than each alone, belong to one digit,
    as does a low piece close to it; other marks much lower than the digits are left out. Few digits that look more like
    a single one together are pieces of it. A mark that looks like no digit is cut where its parts do. Rows of one mark
    each are a single digit, unless they look like digits in a column. Once there are more than ``most``
    digits, nothing more is tried, and each mark of a digit's height counts as one.
    """
    boxes = components.boxes
    everything = np.flatnonzero(kept).tolist()
    tallest = max(boxes[place].height for place in everything)
    tall = [place for place in everything if boxes[place].height >= _LOW * tallest]
    too_many = FoundDigits(components, [[place] for place in tall], f"{len(tall)} marks")
    if len(tall) > _MOST_MARKS:
        return too_many
    rows = list[list[list[int]]]()
    for row in _rows(boxes, tall):
        rows.append(_digits_of_row(components, row, most))
        if max(map(len, rows)) > 1 and sum(map(len, rows)) > most:
            return too_many
    if len(rows) > 1 and max(map(len, rows)) == 1 and not _is_column(components, [row[0] for row in rows]):
        rows = [_digits_of_row(components, sorted(tall, key=lambda place: boxes[place].left), most)]
    groups = [group for row in rows for group in row]
    if len(groups) > most:
        return too_many
    groups = _joined(components, groups)
    low = [place for place in everything if boxes[place].height < _LOW * tallest]
    left_out = sum(not _attached(components, groups, place) for place in low)
    components, groups, cut = _cut_apart(components, groups, most)
    where = "a row" if len(rows) == 1 else f"{len(rows)} rows"
    words = "one digit" if len(groups) == 1 else f"{len(groups)} digits in {where}"
    if cut:
        words += f"; {count_text(cut, 'mark')} cut apart where digits touch"
    if left_out:
        words += f"; {count_text(left_out, 'small mark')} left out"
    return FoundDigits(components, groups, words, left_out)


def _rows(boxes: Sequence[Box], places: list[int]) -> list[list[int]]:
    """Group tall marks into rows; a row of low ones joins its nearest neighbour."""
    rows = [[places[number] for number in row] for row in rows_of([boxes[place] for place in places])]
    heights = [max(boxes[place].height for place in row) for row in rows]
    high = [number for number, height in enumerate(heights) if height >= _LOW_ROW * max(heights)]
    joined = {number: list(rows[number]) for number in high}
    for number, row in enumerate(rows):
        if number not in joined:
            middle = _middle(boxes, row)
            joined[min(high, key=lambda other: abs(_middle(boxes, rows[other]) - middle))] += row
    return [sorted(row, key=lambda place: boxes[place].left) for row in joined.values()]


def _is_column(components: Components, groups: list[list[int]]) -> bool:
    """Return whether marks above each other are digits in a column, and not pieces of one digit."""
    together = [place for group in groups for place in group]
    box = components.box(together)
    (_, whole), *alone = likeliest([components.crop(each) for each in (together, *groups)])
    # The pieces of a broken 1 look like ones, and the halves of an 8 like zeros.
    if min(look for _, look in alone) < _PLAUSIBLE or all(digit == 1 for digit, _ in alone):
        return False
    return whole < _PLAUSIBLE or box.height > _COLUMN * box.width


def _middle(boxes: Sequence[Box], row: list[int]) -> float:
    return sum(boxes[place].top + boxes[place].bottom for place in row) / 2 / len(row)


def _digits_of_row(components: Components, places: list[int], most: int) -> list[list[int]]:
    """Group a row's tall marks, from left to right, into digits; those beyond ``most`` are left out, but one."""
    groups: list[list[int]] = []
    for place in places:
        if groups and _one_digit(components, groups[-1], place):
            groups[-1].append(place)
        else:
            groups.append([place])
        if len(groups) > most:
            break
    return groups


def _one_digit(components: Components, group: list[int], place: int) -> bool:
    """Return whether a mark belongs to the digit at its left."""
    left, right = components.box(group), components.boxes[place]
    gap = right.left - left.right
    if gap > _TOUCHING_GAP * max(left.height, right.height):
        return False
    low = min(left.height, right.height)
    shared = min(left.bottom, right.bottom) - max(left.top, right.top)
    if shared <= _STACKED * low and -gap > 0.25 * min(left.width, right.width):
        return True
    together, *alone = look([components.crop(each) for each in ([*group, place], group, [place])])
    return together > sum(alone) + _LEAD or (shared <= _ASKEW * low and together > _PLAUSIBLE)


def _joined(components: Components, groups: list[list[int]]) -> list[list[int]]:
    """Join the digits of a picture if all of them together look like one, wherever its pieces lie."""
    if not 1 < len(groups) <= _MOST_PIECES:
        return groups
    everything = [place for group in groups for place in group]
    together, *alone = look([components.crop(each) for each in (everything, *groups)])
    return [everything] if together > max(_PLAUSIBLE, sum(alone) + _LEAD) else groups


def _attached(components: Components, groups: list[list[int]], place: int) -> bool:
    """Add a low mark to the digit that it is a piece of, if any."""
    low = components.boxes[place]

    def distance(group: list[int]) -> float:
        box = components.box(group)
        aside = max(box.left - low.right, low.left - box.right)
        apart = max(box.top - low.bottom, low.top - box.bottom)
        if low.width > _UNDERLINE * box.height or apart > _PIECE_DISTANCE * box.height:
            return np.inf
        at_foot = low.top + low.bottom > box.top + box.bottom + 0.4 * box.height
        limit = _BASE_GAP if at_foot else _PIECE_GAP
        return max(aside, 0) + max(apart, 0) if aside <= limit * box.height else np.inf

    nearest = min(groups, key=distance)
    if distance(nearest) == np.inf:
        return False
    nearest.append(place)
    return True


def _cut_apart(components: Components, groups: list[list[int]], most: int) -> tuple[Components, list[list[int]], int]:
    """Cut wide digits that look like several, until there are more than ``most``.

    Returns
    -------
    components, groups, cut
        All marks, the digits, and the number of those that were cut.
    """
    labels, boxes, areas = components.labels, list(components.boxes), components.areas.tolist()
    found: list[list[int]] = []
    cut = 0
    for done, group in enumerate(groups):
        box = components.box(group)
        may_be_cut = box.width > _WIDE * box.height and len(found) + len(groups) - done <= most
        parts = digit_parts(components.crop(group)) if may_be_cut else None
        if parts is None:
            found.append(group)
            continue
        if not cut:
            labels = labels.copy()
        cut += 1
        # A stroke that two digits share becomes a mark that belongs to both.
        owners = np.zeros(parts[0].shape, np.int64)
        for number, part in enumerate(parts):
            owners |= part.astype(np.int64) << number
        digits: list[list[int]] = [[] for _ in parts]
        for owner in np.unique(owners[owners > 0]).tolist():
            mask = owners == owner
            boxes.append(Box.of_ink(mask).moved(box.top, box.left))
            areas.append(int(mask.sum()))
            labels[box.cells][mask] = len(boxes)
            for number, digit in enumerate(digits):
                if owner >> number & 1:
                    digit.append(len(boxes) - 1)
        found += digits
    if cut:
        components = Components(labels, tuple(boxes), np.array(areas, np.int64))
    return components, found, cut
