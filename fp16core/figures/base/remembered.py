"""Figures that are drawn again and again from the same results: the last ones are kept."""

import functools
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable
from enum import Enum
from threading import Lock
from types import NoneType
from typing import ParamSpec

import plotly.graph_objects as go

P = ParamSpec("P")

_KEPT = 16
"""Figures of one kind that are kept, 60 to 110 kB each."""

_PLAIN = (bool, int, float, str, Enum, NoneType)


def remembered(kept: int = _KEPT) -> Callable[[Callable[P, go.Figure]], Callable[P, go.Figure]]:
    """Remember the figures that a function drew last.

    For functions of plain values and of results that never change. Results are told apart by identity
    and held weakly: once nobody else holds one, the figures drawn from it are forgotten, too. So
    nothing of a visitor's own files outlives what is measured of them.

    Parameters
    ----------
    kept
        How many figures to keep.
    """

    def decorate(draw: Callable[P, go.Figure]) -> Callable[P, go.Figure]:
        known: OrderedDict[Hashable, tuple[go.Figure, list[weakref.ref[object]]]] = OrderedDict()
        lock = Lock()

        @functools.wraps(draw)
        def answer(*args: P.args, **kwargs: P.kwargs) -> go.Figure:
            values = (*args, *kwargs.values())
            key = (*kwargs, *(value if isinstance(value, _PLAIN) else (id(value),) for value in values))
            with lock:
                if key in known:
                    known.move_to_end(key)
                    return known[key][0]
            figure = draw(*args, **kwargs)
            # While a result lives no other object has its identity, and its end forgets the figure.
            held = [weakref.ref(v, lambda _: known.pop(key, None)) for v in values if not isinstance(v, _PLAIN)]
            with lock:
                known[key] = figure, held
                while len(known) > kept:
                    known.popitem(last=False)
            return figure

        return answer

    return decorate
