"""Arguments of the command line: texts that become numbers, ranges and shapes, or an error that names the text."""

import argparse
import math
from collections.abc import Callable
from typing import Any


def whole_number(low: int, high: int = 2**31 - 1) -> Callable[[str], int]:
    """Parser of a whole number from ``low`` to ``high``."""

    def parse(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = low - 1
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {low} to {high:,}")
        return value

    return parse


def number(low: float, high: float) -> Callable[[str], float]:
    """Parser of a number from ``low`` to ``high``."""

    def parse(text: str) -> float:
        value = _finite(text)
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number from {low:f} to {high:g}")
        return value

    return parse


positive = whole_number(1)
"""Parser of a whole number of at least 1."""


def named_range(text: str) -> tuple[str, tuple[float, float]]:
    """An input's range of values: ``NAME=LO:HI``."""
    name, given = _named(text, "NAME=LO:HI", "image=0:1")
    low, separator, high = given.partition(":")
    values = _finite(low), _finite(high)
    if not separator or not values[0] <= values[1]:
        raise argparse.ArgumentTypeError(f"{given!r} is not a range, two numbers of which the first is not larger: 0:1")
    return name, values


def named_shape(text: str) -> tuple[str, tuple[int, ...]]:
    """An input's shape: ``NAME=1,224,224,3``."""
    name, given = _named(text, "NAME=SIZE,SIZE,…", "image=1,224,224,3")
    try:
        return name, tuple(map(positive, given.split(",")))
    except argparse.ArgumentTypeError:
        raise argparse.ArgumentTypeError(
            f"{given!r} is not a shape, whole numbers from 1 on separated by commas: 1,224,224,3"
        ) from None


def named_tolerance(text: str) -> tuple[str, float]:
    """The largest error that is accepted of an output: ``OUTPUT=ABS``."""
    name, given = _named(text, "OUTPUT=ABS", "logits=0.01")
    value = _finite(given)
    if not value >= 0:
        raise argparse.ArgumentTypeError(f"{given!r} is not a tolerance, a number of at least 0")
    return name, value


class ByName(argparse.Action):
    """Collects the values of an option that is given once for each name."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,  # noqa: ARG002  # argparse's signature
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,  # noqa: ARG002
    ) -> None:
        """Add a pair of name and value."""
        name, value = values
        found = getattr(namespace, self.dest)
        if name in found:
            raise argparse.ArgumentError(self, f"{name!r} is given twice")
        setattr(namespace, self.dest, {**found, name: value})


def _named(text: str, form: str, example: str) -> tuple[str, str]:
    # Names of tensors may contain an equals sign; values never do.
    name, separator, value = text.rpartition("=")
    if not separator or not name:
        raise argparse.ArgumentTypeError(f"{text!r} is not {form}, as in {example}")
    return name, value


def _finite(text: str) -> float:
    """A number; NaN, which no comparison accepts, for a text that is none, or an infinite one."""
    try:
        value = float(text)
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan
