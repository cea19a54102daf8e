"""Ink found on paper: printed lines removed, pale strokes enhanced."""
