"""A figure's settings as Plotly itself sends them to a browser, without validating them."""

import base64
import functools
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.io

Settings = dict[str, Any]
"""Settings of a trace or a layout by name, nested as in Plotly's reference."""

_TYPE_CODES = ("i1", "u1", "i2", "u2", "i4", "u4", "f4", "f8")
"""NumPy dtypes that Plotly's browser library reads from bytes."""


def figure_document(traces: list[Settings], layout: Settings) -> Settings:
    """Return traces and layout as `go.Figure.to_dict` returns them, with arrays encoded for JSON."""
    default = plotly.io.templates.default
    template = {"template": _template(default)} if default else {}
    return {"data": _encoded(traces), "layout": template | _encoded(layout)}


def _encoded(value: Any) -> Any:
    """The same value for JSON: arrays encoded, and settings that are None left out."""
    if isinstance(value, dict):
        return {name: _encoded(each) for name, each in value.items() if each is not None}
    if isinstance(value, list | tuple) and value and isinstance(value[0], dict):
        return [_encoded(each) for each in value]
    return _typed_array(value) if isinstance(value, np.ndarray) else value


def _typed_array(values: npt.NDArray[Any]) -> Any:
    """An array's bytes in base64, as Plotly sends them since version 6; a list for any other dtype."""
    if not values.size:
        return []
    if values.dtype in (np.int64, np.uint64):
        values = values.astype(_narrowest_dtype(values))
    code = values.dtype.str[1:]
    if code not in _TYPE_CODES or not values.dtype.isnative:
        return values.tolist()
    encoded = {"dtype": code, "bdata": base64.b64encode(values.tobytes()).decode("ascii")}
    return encoded if values.ndim == 1 else encoded | {"shape": ", ".join(map(str, values.shape))}


def _narrowest_dtype(values: npt.NDArray[Any]) -> np.dtype[Any]:
    """Narrowest dtype of the same kind that holds these integers, as JavaScript has no 64-bit typed arrays."""
    for width in (1, 2, 4):
        limits = np.iinfo(f"{values.dtype.kind}{width}")
        if limits.min <= values.min() and values.max() <= limits.max:
            return limits.dtype
    return values.dtype


@functools.lru_cache
def _template(name: str) -> Settings:
    """Template that Plotly adds to a layout that names none."""
    document: Settings = plotly.io.templates[name].to_plotly_json()
    return document
