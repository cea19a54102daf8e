"""Reading strangers' pictures: the accuracy lost by kind of picture."""

import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict

import numpy as np

from fp16core.bench.uploads.everyday import everyday_pictures
from fp16core.bench.uploads.photographs import PAPERS, photograph
from fp16core.bench.uploads.reader import Reader, bundled_readers, only_resized, read_file
from fp16core.bench.uploads.renderings import renderings
from fp16core.bench.uploads.results import OtherUploadAccuracy, RowAccuracy, UploadAccuracy
from fp16core.bench.uploads.row_accuracy import measure_rows
from fp16core.data import mnist
from fp16core.data.mnist import load_mnist
from fp16core.training.recipe import Progress

UPLOADS = 1_000
"""MNIST test images rendered as uploads."""

EVERYDAY = 720
"""MNIST test images in everyday pictures."""

ROWS = 210
"""Pictures of several digits."""

PHOTOGRAPHS = 20
"""Photographs of one digit on each kind of paper."""

GOAL_ALL, GOAL_KIND = -0.03, -0.08
"""Largest loss of accuracy aimed at, over all uploads and for each kind."""

Row = tuple[bool | None, bool, bool, bool, bool]
"""Correct when fed directly, by reference, by target, and the naive way; judged not to be a digit."""

_Kinds = dict[str, list[list[Row]]]
"""By kind and file, a row for each pair."""


def measure_uploads(
    report: Progress,
    count: int = UPLOADS,
    photographs: int = PHOTOGRAPHS,
    everyday: int = EVERYDAY,
    rows: int = ROWS,
    seed: int = 0,
) -> list[UploadAccuracy | RowAccuracy]:
    """Read renderings of MNIST images, photographs of handwritten digits, everyday pictures, and rows of digits.

    Parameters
    ----------
    report
        Called with a description of the current step and the fraction done.
    count
        MNIST images to render.
    photographs
        Photographs for each kind of paper.
    everyday
        MNIST images in everyday pictures.
    rows
        Pictures of several digits.
    seed
        Seed of the choice of images and of everything random in rendering them.

    Returns
    -------
    list of UploadAccuracy and RowAccuracy
        All renderings together, each kind of them, each kind of photograph, all everyday pictures, each kind of them:
        read by the tutorial's pair, and then by each of the other bundled pairs. Then rows of digits, in this order,
        too.
    """
    images, labels = load_mnist("test", mnist.BUNDLED)
    readers = bundled_readers(images, labels)
    # Number of files, with the time that one takes to render and read.
    work = {"renderings": count, "photographs": 20 * len(PAPERS) * photographs, "everyday": everyday, "rows": 2 * rows}
    done = 0.0

    def step(part: str, what: str, share: float) -> None:
        report(what, (done + work[part] * share) / sum(work.values()))

    rendered: _Kinds = defaultdict(list)
    for number, upload in enumerate(renderings(images, count, seed)):
        step("renderings", f"reading uploads: {upload.kind}", number / count)
        direct = [bool(reader.right[upload.index]) for reader in readers]
        rendered[upload.kind].append(_read(upload.data, int(labels[upload.index]), readers, direct))
    done += work["renderings"]
    random = np.random.default_rng(seed)
    taken: _Kinds = {}
    for place, paper in enumerate(PAPERS if photographs else ()):
        taken[f"photograph, {paper} paper"] = []
        for number in range(photographs):
            share = (place + number / photographs) / len(PAPERS)
            step("photographs", f"reading photographs on {paper} paper", share)
            label = number % 10
            read = _read(photograph(str(label), paper, random), label, readers, [None for _ in readers])
            taken[f"photograph, {paper} paper"].append(read)
    done += work["photographs"]
    found: _Kinds = defaultdict(list)
    for number, upload in enumerate(everyday_pictures(images, everyday, seed)):
        step("everyday", f"reading everyday pictures: {upload.kind}", number / everyday)
        direct = [bool(reader.right[upload.index]) for reader in readers]
        found[upload.kind].append(_read(upload.data, int(labels[upload.index]), readers, direct))
    done += work["everyday"]
    results: list[UploadAccuracy | RowAccuracy] = []
    for place, reader in enumerate(readers):
        every = [
            *_summed_up("all uploads", rendered, place),
            *(_upload(kind, [each[place] for each in read], None) for kind, read in taken.items()),
            *_summed_up("all everyday pictures", found, place),
        ]
        other = [OtherUploadAccuracy(**asdict(each), network=reader.network) for each in every]
        results += every if reader.is_tutorials else other
    return results + measure_rows(lambda what, share: step("rows", what, share), (images, labels), readers, rows, seed)


def _summed_up(name: str, kinds: _Kinds, place: int) -> list[UploadAccuracy]:
    """All kinds together, and each of them, as one of the pairs reads them."""
    if not kinds:
        return []
    of_kinds = {kind: [each[place] for each in read] for kind, read in kinds.items()}
    everything = [each for read in of_kinds.values() for each in read]
    each_kind = (_upload(kind, read, GOAL_KIND) for kind, read in of_kinds.items())
    return [_upload(name, everything, GOAL_ALL), *each_kind]


def _read(data: bytes, label: int, readers: Sequence[Reader], direct: Sequence[bool | None]) -> list[Row]:
    found: list[Row] = []
    small = only_resized(data)
    for reader, known, reading in zip(readers, direct, read_file(data, readers), strict=True):
        naive = reader.answer(small) == label
        if reading is None:
            found.append((known, False, False, naive, True))
            continue
        right = [text == str(label) for text in (reading.reference_text, reading.target_text)]
        found.append((known, right[0], right[1], naive, bool(reading.doubted.any())))
    return found


def _upload(kind: str, rows: Sequence[Row], goal: float | None) -> UploadAccuracy:
    direct, reference, target, naive, doubted = zip(*rows, strict=True)
    known = None if direct[0] is None else statistics.fmean(direct)
    mean = statistics.fmean
    return UploadAccuracy(kind, len(rows), known, mean(reference), mean(target), mean(naive), mean(doubted), goal)
