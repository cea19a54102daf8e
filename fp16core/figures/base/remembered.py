"""Cache of figures that are drawn repeatedly from the same results."""

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
"""Number of figures of one kind that are kept, 60 to 110 kB each."""

_PLAIN = (bool, int, float, str, Enum, NoneType)


def remembered(kept: int = _KEPT) -> Callable[[Callable[P, go.Figure]], Callable[P, go.Figure]]:
    """Keep the figures that a function has drawn last.

    It suits functions of plain values and of immutable results. Results are distinguished by identity
    and held weakly: once nobody else holds one, the figures drawn from it are dropped as well, and no
    figure of a visitor's own files outlives their results.

    Parameters
    ----------
    kept
        Number of figures to keep.
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
            # While a result lives, no other object has its identity; when it dies, the figure is dropped.
            held = [weakref.ref(v, lambda _: known.pop(key, None)) for v in values if not isinstance(v, _PLAIN)]
            with lock:
                known[key] = figure, held
                while len(known) > kept:
                    known.popitem(last=False)
            return figure

        return answer

    return decorate
