"""Sketches, styles and pictures that every figure builds on."""
