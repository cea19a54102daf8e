"""Interval arithmetic of layers."""
