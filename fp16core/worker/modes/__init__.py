"""Modes of execution, surveyed, run and timed."""
