"""Pure functions from results to Plotly figures."""

from fp16core.figures import (
    accuracy,
    activation_maps,
    bits,
    dial,
    digits,
    guarantee,
    layers,
    margins,
    overview,
    scales,
    table,
    weights,
)

__all__ = [
    "accuracy",
    "activation_maps",
    "bits",
    "dial",
    "digits",
    "guarantee",
    "layers",
    "margins",
    "overview",
    "scales",
    "table",
    "weights",
]
