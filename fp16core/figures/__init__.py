"""Figures: pure functions from results to Plotly figures, pictures, and graphs for Graphviz."""
