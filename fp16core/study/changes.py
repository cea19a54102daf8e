"""Changed answers of a study: the effect of one kind of float16 in each training, and the images concerned."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from fp16core.study.rows.results import Effect
from fp16core.study.rows.row import Row
from fp16core.study.summary import CONVERTER, QUANTIZER


@dataclass(frozen=True)
class ChangedImage:
    """A test image whose answer float16 changed in some trainings.

    Attributes
    ----------
    image, label
        Its index, and its true class.
    trainings
        Number of trainings in which its answer changed.
    moves
        Number of those trainings by (float32 answer, float16 answer), the most frequent first.
    """

    image: int
    label: int
    trainings: int
    moves: tuple[tuple[tuple[int, int], int], ...]


def effects_of(rows: Sequence[Row], kind: str) -> list[Effect]:
    """Effect of one kind of float16 in each trained row: one of `CONVERTER`, `QUANTIZER`, or a way of arithmetic.

    Raises
    ------
    KeyError
        If a row lacks that way.
    """
    results = [row.results for row in rows if row.results is not None]
    if kind == CONVERTER:
        return [found.converter for found in results]
    if kind == QUANTIZER:
        return [found.quantizer for found in results]
    return [found.arithmetic[kind] for found in results]


def changed_images(rows: Sequence[Row], kind: str) -> list[ChangedImage]:
    """Images whose answer changed in any training, the most frequent first."""
    moves: dict[tuple[int, int], Counter[tuple[int, int]]] = {}
    for effect in effects_of(rows, kind):
        for change in effect.changed:
            moves.setdefault((change.image, change.label), Counter())[change.reference, change.target] += 1
    found = [
        ChangedImage(image, label, counts.total(), tuple(counts.most_common()))
        for (image, label), counts in moves.items()
    ]
    return sorted(found, key=lambda each: (-each.trainings, each.image))
