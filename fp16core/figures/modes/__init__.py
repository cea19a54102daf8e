"""Figures of the modes of execution."""
