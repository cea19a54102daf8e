"""Time that a stranger's picture takes."""

import statistics
import time
from collections.abc import Callable

import numpy as np

from fp16core.bench.measures import Duration, timed
from fp16core.bench.uploads.photographs import photograph
from fp16core.evaluate.both import read_digits
from fp16core.evaluate.comparison import classifiers
from fp16core.images.drawings.drawing import CANVAS_SIDE, USUAL_PEN, picture_of
from fp16core.images.picture_file import open_picture
from fp16core.images.prepare import prepare_image, prepare_picture
from fp16core.runs import pair as pairs
from fp16core.runs.pair import load_pair
from fp16core.training.recipe import Progress
from fp16core.worker.decoder import PictureDecoder


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


def _duration(name: str, work: Callable[[], object], goal_ms: float | None, repeats: int) -> Duration:
    work()  # the first warms up
    times = []
    for _ in range(10 * repeats):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1e3)
    return Duration(name, statistics.median(times), goal_ms, len(times))
