"""Comparing the two models: answers, statistics and comparisons."""
