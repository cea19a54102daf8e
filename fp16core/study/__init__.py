"""Studies: many trainings that differ in seed and recipe, on one machine or on a cluster, and their statistics.

Dask and TensorFlow are imported inside functions, when a study runs.
"""
