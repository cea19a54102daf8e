"""Digits that touch each other: candidate cuts, and a small network that judges the pieces."""
