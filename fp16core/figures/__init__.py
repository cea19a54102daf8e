"""Pure functions from results to Plotly figures."""

from fp16core.figures import accuracy, bits, digits, overview, table, weights

__all__ = ["accuracy", "bits", "digits", "overview", "table", "weights"]
