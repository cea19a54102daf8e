"""Reading strangers' pictures: the accuracy lost by kind of picture, and the time one takes."""

import io
import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass
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
        All renderings together, each kind of them, each kind of photograph.
    """
    pair = load_pair(pairs.BUNDLED)
    images, labels = load_mnist("test", mnist.BUNDLED)
    comparison = compare(pair, images, labels)
    models, rule = classifiers(pair), likeness(images, comparison)
    rows: dict[str, list[Row]] = defaultdict(list)
    # A photograph takes some twenty times as long to render as an upload; there are three kinds of paper.
    rendering = count / (count + 20 * len(PAPERS) * photographs)
    for number, upload in enumerate(renderings(images, count, seed)):
        report(f"reading uploads: {upload.kind}", rendering * number / count)
        label = int(labels[upload.index])
        direct = bool(comparison.reference.predictions[upload.index] == label)
        rows[upload.kind].append((direct, *_read(upload.data, label, models, rule)))
    everything = [row for kind in rows.values() for row in kind]
    results = [_upload("all uploads", everything, GOAL_ALL)]
    results += [_upload(kind, found, GOAL_KIND) for kind, found in rows.items()]
    random = np.random.default_rng(seed)
    for place, paper in enumerate(PAPERS):
        taken: list[Row] = []
        for number in range(photographs):
            share = (place + number / photographs) / len(PAPERS)
            report(f"reading photographs on {paper} paper", rendering + (1 - rendering) * share)
            label = number % 10
            taken.append((None, *_read(photograph(str(label), paper, random), label, models, rule)))
        if taken:
            results.append(_upload(f"photograph, {paper} paper", taken, None))
    return results


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


def _read(data: bytes, label: int, models: Models, rule: Likeness) -> tuple[bool, bool, bool, bool]:
    """Correctness of reference, target and the naive way; and whether a digit is judged not to be one."""
    naive = bool(read_digits(models, _naive(data)[None]).reference.predictions[0] == label)
    try:
        reading = read_picture(models, rule, prepare_file(data, "upload"))
    except ImageError:
        return False, False, naive, True
    right = [text == str(label) for text in (reading.reference_text, reading.target_text)]
    return right[0], right[1], naive, bool(reading.doubted.any())


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
