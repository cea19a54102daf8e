"""Pairs of models on disk: the bundled one, and the store of kept runs, verified."""
