"""Experiments on a pair: other formats, other scales, other converters, and the proof."""
