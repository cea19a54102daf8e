"""Confined processes that stay and answer calls."""
