"""Differences between operating systems: each module says what it does on Linux, macOS and Windows.

All other code calls these functions and is the same everywhere.
"""
