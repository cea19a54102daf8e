"""Drawings: strokes from a canvas, as pictures and as short texts for links."""
