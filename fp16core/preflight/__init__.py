"""Checks before anything else is imported."""
