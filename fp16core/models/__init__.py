"""The tutorial's network and recipe, and pairs of models on disk."""

from fp16core.models.pair import load_pair, read_pair
from fp16core.models.recipe import Recipe

__all__ = ["Recipe", "load_pair", "read_pair"]
