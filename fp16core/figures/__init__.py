"""Pure functions from results to Plotly figures."""

from fp16core.figures import accuracy, digits, overview, table, weights

__all__ = ["accuracy", "digits", "overview", "table", "weights"]
