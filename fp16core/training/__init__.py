"""The networks and their recipes, their training, and the trace of a training run."""
