"""Figures of the numerics lab's experiments."""
