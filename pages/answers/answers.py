"""Placeholder while pages are merged."""
