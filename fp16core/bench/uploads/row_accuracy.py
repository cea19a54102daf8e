"""Reading pictures of several digits: the share read right throughout, by kind."""

import statistics
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from fp16core.bench.uploads.reader import Reader, read_file
from fp16core.bench.uploads.results import RowAccuracy
from fp16core.bench.uploads.rows import rendered_rows
from fp16core.training.recipe import Progress

GOAL_ROWS = 45 / 63
"""Share of all rows aimed at; strangers' pictures had 63."""

Row = tuple[bool, bool, bool, int, int]
"""Right throughout when fed directly, by reference, by target; digits; those right by reference."""


def measure_rows(
    report: Progress,
    images_labels: tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]],
    readers: Sequence[Reader],
    count: int,
    seed: int = 0,
) -> list[RowAccuracy]:
    """Read rows of MNIST test digits.

    Parameters
    ----------
    report
        Called with a description of the current step and the fraction done.
    images_labels
        The test images and their true classes.
    readers
        Pairs that read.
    count
        Number of rows.
    seed
        Seed of everything random.
    """
    images, labels = images_labels
    kinds: dict[str, list[list[Row]]] = defaultdict(list)
    for number, row in enumerate(rendered_rows(images, count, seed)):
        report(f"reading rows of digits: {row.kind}", number / count)
        truth = "".join(str(labels[index]) for index in row.indices)
        found: list[Row] = []
        for reader, reading in zip(readers, read_file(row.data, readers), strict=True):
            texts = ("", "") if reading is None else (reading.reference_text, reading.target_text)
            direct = bool(reader.right[list(row.indices)].all())
            found.append((direct, texts[0] == truth, texts[1] == truth, len(truth), common_digits(texts[0], truth)))
        kinds[row.kind].append(found)
    results = []
    for place, reader in enumerate(readers):
        of_kinds = {kind: [each[place] for each in read] for kind, read in kinds.items()}
        if of_kinds:
            everything = [each for read in of_kinds.values() for each in read]
            results.append(_accuracy(reader.network, "all rows", everything, GOAL_ROWS))
        results += [_accuracy(reader.network, kind, read, None) for kind, read in of_kinds.items()]
    return results


def common_digits(read: str, truth: str) -> int:
    """Length of the longest sequence of digits that both have, in order, with others in between or not."""
    lengths = [0] * (len(truth) + 1)
    for digit in read:
        before = lengths[:]
        for place, true in enumerate(truth, 1):
            lengths[place] = before[place - 1] + 1 if digit == true else max(before[place], lengths[place - 1])
    return lengths[-1]


def _accuracy(network: str, kind: str, rows: Sequence[Row], goal: float | None) -> RowAccuracy:
    direct, reference, target, digits, right = zip(*rows, strict=True)
    mean, total = statistics.fmean, sum(digits)
    return RowAccuracy(
        network, kind, len(rows), mean(direct), mean(reference), mean(target), total, sum(right) / total, goal
    )
