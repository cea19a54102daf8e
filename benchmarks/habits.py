"""Habits of visitors: for each page the changes that one makes, drawn at random.

Where a page has nothing to set, the visitor runs it again. Nothing is uploaded, trained or timed here:
those are jobs with a queue of their own.
"""

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from benchmarks.server import ROOT

Change = tuple[str, Any]
"""A widget's key and its new value."""

Habits = dict[str, tuple[Callable[[Random], Change], ...]]
"""For each page, what may be changed on it."""


def _image(key: str) -> Callable[[Random], Change]:
    return lambda at_random: (key, at_random.randrange(10_000))


def _one_of(key: str, *values: Any) -> Callable[[Random], Change]:
    return lambda at_random: (key, at_random.choice(values))


def _drawing(at_random: Random) -> Change:
    """A stroke like a 7: to the right and down, somewhere on the canvas."""
    x, y, wide, high = (at_random.uniform(*between) for between in ((40, 80), (40, 80), (90, 130), (130, 180)))
    corner = [x + wide, y]
    points = [x, y, *corner, x + wide / 3, y + high]
    strokes = [{"width": 18, "points": points}]
    return "canvas", {"drawing": {"strokes": strokes, "width": 18, "live": at_random.random() < 0.9}}


def _bits(at_random: Random) -> Change:
    """A number made by its bits."""
    return "bits-clickable", {"number": {"bits": at_random.randrange(2**32), "seq": 1, "preset": None}}


TENSORS = ("conv_2d.kernel", "conv_2d.bias", "fully_connected.weights", "fully_connected.bias")

OURS: Habits = {
    "": (_drawing,),
    "digits": (_image("image"), lambda at_random: ("sheet", at_random.randint(1, 200)), _one_of("true", *"0123456789")),
    "bits": (
        _one_of("bits_tensor", *TENSORS),
        _one_of("log", True, False),
        lambda at_random: ("bits_index", at_random.randrange(20_280)),
        _one_of("bits_of", "A weight", "Any number"),
        _bits,
    ),
    "size": (
        _one_of("size-view", "Bytes", "Speed and accuracy", "Graph", "Converter and quantizer"),
        _one_of(
            "runtimes-section", "At a glance", "Accuracy by mode", "Latency and memory", "Your own GPU", "Your phone"
        ),
    ),
    "layers": (_image("layer_image"), _image("layer_image"), _one_of("layer_over", "first 100", "first 1000")),
    "answers": (_image("point"), _one_of("answers-view", "What happened", "What could have happened at most")),
    "limits": (
        lambda at_random: ("format-dial", {"mantissa": at_random.randint(0, 23)}),
        lambda at_random: ("format-dial", {"exponent": at_random.randint(4, 8)}),
        _one_of("limits-view", "Fewer bits", "Larger and smaller weights"),
        lambda at_random: ("factor-2", {"power-of-2": at_random.randint(-28, 28)}),
    ),
    "luck": (
        _one_of("recipe", "1 epoch (the tutorial’s)", "All recipes"),
        _one_of("luck-view", "Every training", "Changed answers", "Larger errors"),
    ),
    "claims": (_one_of("word", "margin", "ULP", "SNR"),),
    "train": (lambda at_random: ("train-epochs", at_random.randint(1, 50)),),
    "your_model": (),
}

THEIRS: Habits = {
    "": (),
    "digits": (_image("image"),),
    "weights": (lambda at_random: ("tensor", at_random.choice(("(12,)", "(10,)", "(12, 3, 3, 1)", "(10, 2028)"))),),
}

FIRST: tuple[tuple[str, tuple[Change, ...]], ...] = (
    ("answers", ()),
    ("limits", (("limits-view", "Larger and smaller weights"),)),
    ("layers", (("layer_over", "first 100"), ("layer_over", "first 1000"))),
    ("size", (("size-view", "Graph"), ("size-view", "Converter and quantizer"))),
    (
        "size",
        (
            ("size-view", "Speed and accuracy"),
            ("runtimes-section", "Accuracy by mode"),
            ("runtimes-images", "first 200"),
            ("measure", True),
        ),
    ),
)
"""Pages and settings of an earlier visitor: results that all visitors share once one has waited for them."""


class App(NamedTuple):
    """An app under load.

    Attributes
    ----------
    script
        Its file.
    habits
        Pages, and what visitors change on each.
    seen
        Pages and settings of an earlier visitor, on which results appear that the server keeps.
    answer
        Words of a complete first page, which no page has before both models have been evaluated.
    """

    script: Path
    habits: Habits
    seen: tuple[tuple[str, tuple[Change, ...]], ...]
    answer: str


APPS = {
    "ours": App(ROOT / "app.py", OURS, FIRST, "of 10,000"),
    "theirs": App(ROOT / "benchmarks" / "plain_app.py", THEIRS, (), "96.10%"),
}
