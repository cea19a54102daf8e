"""Answer of a browser that has run a plan on its GPU; it may hold anything at all."""

import base64
import binascii
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from fp16core.modes.latency import PairedRatio, paired_ratio
from fp16core.modes.measured import today
from fp16core.vocabulary import CLASSES, ModeError
from fp16core.webgpu.probes import PROBES, RESULTS, Arithmetic, arithmetic
from fp16core.webgpu.software import FALLBACK, is_software
from fp16core.webgpu.wgsl import Adding, Precision

Logits = npt.NDArray[np.float32]

IDENTIFIED = 250
"""Images on which all ways to add are run, for an emulation to be found that agrees."""

_FEWEST_ROUNDS, _MOST_ROUNDS = 5, 100
"""Rounds of times from which on they are compared, and those that are read at most."""

_LEAST_MS, _MOST_MS = 0.001, 600_000.0
"""Shortest and longest time of a pass; so close to 0, a ratio of times would tell nothing."""

_MOST_LETTERS = 160

_NAMELESS = "a GPU that the browser does not name"

_NAMES = ("vendor", "architecture", "device", "description")
"""Words of an adapter, as a browser tells them; most tell few."""


@dataclass(frozen=True, eq=False)
class GpuAnswer:
    """Results of a visitor's GPU.

    Attributes
    ----------
    adapter
        The browser's words for it, which are a stranger's.
    logits
        In float32 arithmetic, shape (n, 10).
    halves
        In float16 arithmetic, by the formation of sums: of all images as the driver likes, of the first `IDENTIFIED`
        in the other ways. Empty without float16.
    arithmetic
        Findings of the probes.
    times_ms
        Times of passes over the same images, in turns; empty if they were not taken.
    timed_images
        Images of such a pass.
    day
        Day of the answer, UTC.
    """

    adapter: str
    logits: Logits = field(repr=False)
    halves: dict[Adding, Logits] = field(repr=False)
    arithmetic: dict[Precision, Arithmetic]
    times_ms: dict[Precision, tuple[float, ...]] = field(repr=False)
    timed_images: int
    day: date = field(default_factory=today)

    @property
    def images(self) -> int:
        """Number of images."""
        return len(self.logits)

    @property
    def by_software(self) -> bool:
        """True if a software driver computed, on the processor."""
        return is_software(self.adapter)

    @cached_property
    def time_ratio(self) -> PairedRatio | None:
        """Time in float16 over that in float32, with its interval; `None` unless enough was timed."""
        half, single = (self.times_ms.get(p, ()) for p in (Precision.FLOAT16, Precision.FLOAT32))
        if len(half) < _FEWEST_ROUNDS or not all(half) or not all(single):
            return None
        return paired_ratio([(np.array(half), np.array(single))])

    @property
    def has_float16(self) -> bool:
        """True if it computed in float16."""
        return bool(self.halves)


def read_answer(sent: object, most_images: int, digest: str) -> GpuAnswer:
    """The answer that a browser has sent.

    Parameters
    ----------
    sent
        Anything.
    most_images
        Number of images that there are.
    digest
        Of the message that was sent.

    Raises
    ------
    ModeError
        If it is no answer to that message; the error names the part.
    """
    if not isinstance(sent, dict):
        raise _refused("the answer")
    if sent.get("plan") != digest:
        raise ModeError("Your browser ran another pair of models or other images than now chosen; run again.")
    images = _count(sent.get("images"), most_images, "the number of images")
    has_float16 = sent.get("float16")
    if not isinstance(has_float16, bool):
        raise _refused("float16")
    precisions = (Precision.FLOAT32, Precision.FLOAT16) if has_float16 else (Precision.FLOAT32,)
    logits, probes, times = (_table(sent.get(name), name) for name in ("logits", "probes", "times"))
    halves = {}
    for adding in Adding if has_float16 else ():
        count = images if adding is Adding.DRIVER else min(images, IDENTIFIED)
        halves[adding] = _numbers(logits.get(f"f16 {adding.name.lower()}"), "<f2", count * CLASSES)
    return GpuAnswer(
        _adapter(sent.get("adapter")),
        _numbers(logits.get("f32 driver"), "<f4", images * CLASSES).reshape(-1, CLASSES),
        {adding: values.reshape(-1, CLASSES) for adding, values in halves.items()},
        {p: arithmetic(PROBES[p], tuple(_numbers(probes.get(p.value), "<f4", RESULTS).tolist())) for p in precisions},
        _times(times, precisions),
        _count(sent.get("timedImages"), most_images, "the number of timed images"),
    )


def _refused(part: str) -> ModeError:
    return ModeError(f"Your browser's answer cannot be read: {part} is not as expected; load the page anew, run again.")


def _table(value: object, name: str) -> dict[Any, Any]:
    if not isinstance(value, dict):
        raise _refused(name)
    return value


def _count(value: object, most: int, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or value not in range(1, most + 1):
        raise _refused(name)
    return int(value)


def _numbers(text: object, dtype: str, count: int) -> Logits:
    """Numbers in base64, exactly as many as expected."""
    size_bytes = count * np.dtype(dtype).itemsize
    if not isinstance(text, str) or len(text) != -(-size_bytes // 3) * 4:
        raise _refused("a list of numbers")
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _refused("a list of numbers") from error
    if len(data) != size_bytes:
        raise _refused("a list of numbers")
    return np.frombuffer(data, dtype).astype(np.float32)


def _adapter(value: object) -> str:
    """The adapter's words, each once, cut off; letters that are no text are left out."""
    words = _table(value, "the adapter")
    found: list[str] = []
    for name in _NAMES:
        word = words.get(name)
        letters = word[:_MOST_LETTERS] if isinstance(word, str) else ""
        shown = "".join(letter for letter in letters if letter.isprintable()).strip()
        if shown and shown not in found:
            found.append(shown)
    named = ", ".join(found)[:_MOST_LETTERS] or _NAMELESS
    if words.get("fallback") is not True or is_software(named):
        return named
    return FALLBACK if named == _NAMELESS else f"{named[: _MOST_LETTERS - len(FALLBACK) - 2]}, {FALLBACK}"


def _times(table: dict[Any, Any], precisions: tuple[Precision, ...]) -> dict[Precision, tuple[float, ...]]:
    found = {precision: table.get(precision.value) for precision in precisions}
    lists = [value for value in found.values() if isinstance(value, list) and len(value) <= _MOST_ROUNDS]
    if len(lists) != len(precisions) or len({len(values) for values in lists}) != 1:
        raise _refused("the times")
    if not all(_is_time(value) for values in lists for value in values):
        raise _refused("a time")
    return {p: tuple(map(float, values)) for p, values in zip(precisions, lists, strict=True)} if lists[0] else {}


def _is_time(value: object) -> bool:
    """A browser that measures coarsely may tell a time of 0."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return value == 0 or _LEAST_MS <= value <= _MOST_MS  # unconverted: a whole number may be too large for a float
