"""Pure functions from results to Plotly figures, and to the graphs that Graphviz lays out."""
