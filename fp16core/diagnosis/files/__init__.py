"""Verdicts on the file: what a cast does to its numbers and its size, and where the result runs."""
