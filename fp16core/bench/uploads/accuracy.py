"""Reading strangers' pictures: the accuracy lost by kind of picture, and the time one takes."""

import io
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from fp16core.bench.measures import Duration, timed
from fp16core.bench.uploads.photographs import PAPERS, photograph
from fp16core.bench.uploads.renderings import renderings
from fp16core.data import mnist
from fp16core.data.mnist import load_mnist
from fp16core.evaluate.both import read_digits
from fp16core.evaluate.comparison import classifiers, compare
from fp16core.images.drawings.drawing import CANVAS_SIDE, USUAL_PEN, picture_of
from fp16core.images.picture_file import open_picture
from fp16core.images.prepare import prepare_file, prepare_image, prepare_picture
from fp16core.reading.likeness import Likeness, likeness
from fp16core.reading.opinions import LABELS
from fp16core.reading.reading import read_picture
from fp16core.runs import pair as pairs
from fp16core.runs.pair import load_pair
from fp16core.runtime.classifier import Classifier
from fp16core.training.recipe import Progress
from fp16core.vocabulary import IMAGE_SIDE, ImageError
from fp16core.worker.decoder import PictureDecoder

UPLOADS = 1_000
"""MNIST test images rendered as uploads."""

PHOTOGRAPHS = 20
"""Photographs of one digit on each kind of paper."""

GOAL_ALL, GOAL_KIND = -0.03, -0.08
"""Largest loss of accuracy aimed at, over all uploads and for each kind."""

Models = tuple[Classifier, Classifier]
Image28 = npt.NDArray[np.uint8]
Row = tuple[bool | None, bool, bool, bool, bool]
"""Correct when fed directly, by reference, by target, and the naive way; judged not to be a digit."""


@dataclass(frozen=True)
class UploadAccuracy:
    """Accuracy on one kind of upload.

    Attributes
    ----------
    kind
        Source of difficulty.
    images
        Number of uploads.
    direct
        The reference's accuracy on the same MNIST images, fed directly; `None` where there are none.
    reference, target
        Accuracy of both models on the uploads; a picture without exactly one digit counts as wrong.
    naive
        The reference's accuracy when a file is only made grey, inverted if it is light, and resized
        to 28 × 28 pixels, as demos usually do.
    doubted
        Share of the uploads that are judged not to look like a digit.
    goal
        Smallest ``reference − direct`` aimed at.
    """

    kind: str
    images: int
    direct: float | None
    reference: float
    target: float
    naive: float
    doubted: float
    goal: float | None

    @property
    def delta(self) -> float | None:
        """Accuracy on the uploads minus accuracy on the same images fed directly."""
        return None if self.direct is None else self.reference - self.direct

    def document(self) -> dict[str, Any]:
        """The row for JSON."""
        return {**asdict(self), "delta": self.delta}


@dataclass(frozen=True)
class OtherUploadAccuracy(UploadAccuracy):
    """The same for another bundled pair.

    Attributes
    ----------
    network
        Short name of the pair.
    """

    network: str


@dataclass(frozen=True, eq=False)
class _Reader:
    """A pair that reads the uploads."""

    right: npt.NDArray[np.bool_]
    models: Models
    rule: Likeness


def measure_uploads(
    report: Progress, count: int = UPLOADS, photographs: int = PHOTOGRAPHS, seed: int = 0
) -> list[UploadAccuracy]:
    """Read renderings of MNIST images and photographs of handwritten digits.

    Parameters
    ----------
    report
        Called with a description of the current step and the fraction done.
    count
        MNIST images to render.
    photographs
        Photographs for each kind of paper.
    seed
        Seed of the choice of images and of everything random in rendering them.

    Returns
    -------
    list of UploadAccuracy
        All renderings together, each kind of them, each kind of photograph: read by the tutorial's pair, and then by
        each of the other bundled pairs.
    """
    images, labels = load_mnist("test", mnist.BUNDLED)
    readers = {folder: _reader(folder, images, labels) for folder in pairs.BUNDLED_PAIRS.values()}
    rows: dict[str, list[list[Row]]] = defaultdict(list)
    # A photograph takes some twenty times as long to render as an upload; there are three kinds of paper.
    rendering = count / (count + 20 * len(PAPERS) * photographs)
    for number, upload in enumerate(renderings(images, count, seed)):
        report(f"reading uploads: {upload.kind}", rendering * number / count)
        read = _read(upload.data, int(labels[upload.index]), readers.values())
        direct = [bool(reader.right[upload.index]) for reader in readers.values()]
        rows[upload.kind].append([(right, *row) for right, row in zip(direct, read, strict=True)])
    random = np.random.default_rng(seed)
    taken: dict[str, list[list[Row]]] = {}
    for place, paper in enumerate(PAPERS if photographs else ()):
        taken[f"photograph, {paper} paper"] = []
        for number in range(photographs):
            share = (place + number / photographs) / len(PAPERS)
            report(f"reading photographs on {paper} paper", rendering + (1 - rendering) * share)
            label = number % 10
            read = _read(photograph(str(label), paper, random), label, readers.values())
            taken[f"photograph, {paper} paper"].append([(None, *row) for row in read])
    results: list[UploadAccuracy] = []
    for place, folder in enumerate(readers):
        everything = [each[place] for kind in rows.values() for each in kind]
        found = [_upload("all uploads", everything, GOAL_ALL)]
        found += [_upload(kind, [each[place] for each in read], GOAL_KIND) for kind, read in rows.items()]
        found += [_upload(kind, [each[place] for each in read], None) for kind, read in taken.items()]
        if folder != pairs.BUNDLED:
            found = [OtherUploadAccuracy(**asdict(each), network=LABELS[folder]) for each in found]
        results += found
    return results


def _reader(folder: Path, images: npt.NDArray[np.uint8], labels: npt.NDArray[np.uint8]) -> _Reader:
    pair = load_pair(folder)
    comparison = compare(pair, images, labels)
    right = comparison.reference.predictions == labels
    return _Reader(right, classifiers(pair), likeness(images, comparison))


def measure_durations(report: Progress, repeats: int) -> list[Duration]:
    """Time one photograph of 12 megapixels and one drawing, ``10 × repeats`` times each."""
    report("timing a photograph", 0.0)
    models = classifiers(load_pair(pairs.BUNDLED))
    data = photograph("5", "squared", np.random.default_rng(0), (4000, 3000))
    picture = open_picture(data, "photograph")
    strokes = [{"width": USUAL_PEN, "points": [0.3 * CANVAS_SIDE, 0.25 * CANVAS_SIDE, 200, 70, 120, 230]}]

    def read_photograph() -> None:
        read_digits(models, prepare_picture(picture, "photograph").images)

    def read_drawing() -> None:
        read_digits(models, prepare_image(picture_of(strokes), "drawing").images)

    return [
        _duration("12-megapixel photograph: decode and scale down", lambda: open_picture(data, ""), None, repeats),
        _added_by_decoder(data, repeats),
        _duration("… then: prepare it and run both models", read_photograph, 15.0, repeats),
        _duration("drawing: prepare it and run both models", read_drawing, 5.0, repeats),
    ]


def _added_by_decoder(data: bytes, repeats: int) -> Duration:
    """Time added by decoding in a process of its own: the median of paired differences."""
    decoder = PictureDecoder()
    added = []
    for _ in range(10 * repeats + 1):
        here_s = timed(lambda: open_picture(data, ""))
        added.append((timed(lambda: decoder.open(data, "")) - here_s) * 1e3)
    decoder.close()
    return Duration(
        "… in a process of its own: time added", statistics.median(added[1:]), 10.0, len(added) - 1
    )  # the first starts the process


def _read(data: bytes, label: int, readers: Iterable[_Reader]) -> list[tuple[bool, bool, bool, bool]]:
    """Correctness of reference, target and the naive way, for each reader; and whether it doubts that it is a digit."""
    try:
        prepared = prepare_file(data, "upload")
    except ImageError:
        prepared = None
    found = []
    for reader in readers:
        naive = bool(read_digits(reader.models, _naive(data)[None]).reference.predictions[0] == label)
        if prepared is None:
            found.append((False, False, naive, True))
            continue
        reading = read_picture(reader.models, reader.rule, prepared)
        right = [text == str(label) for text in (reading.reference_text, reading.target_text)]
        found.append((right[0], right[1], naive, bool(reading.doubted.any())))
    return found


def _naive(data: bytes) -> Image28:
    with Image.open(io.BytesIO(data)) as image:
        grey = np.asarray(image.convert("L").resize((IMAGE_SIDE, IMAGE_SIDE)))
    return 255 - grey if grey.mean() > 127 else grey


def _upload(kind: str, rows: list[Row], goal: float | None) -> UploadAccuracy:
    direct, reference, target, naive, doubted = zip(*rows, strict=True)
    known = None if direct[0] is None else statistics.fmean(direct)
    mean = statistics.fmean
    return UploadAccuracy(kind, len(rows), known, mean(reference), mean(target), mean(naive), mean(doubted), goal)


def _duration(name: str, work: Callable[[], object], goal_ms: float | None, repeats: int) -> Duration:
    work()  # the first warms up
    times = []
    for _ in range(10 * repeats):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1e3)
    return Duration(name, statistics.median(times), goal_ms, len(times))
