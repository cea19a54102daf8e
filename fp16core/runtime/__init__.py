"""Interpreters that many visitors can share, and what a delegate runs."""
