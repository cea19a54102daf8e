"""Data sets in the Keras MNIST layout, verified before use."""

from fp16core.data.mnist import load_mnist, normalise
from fp16core.data.npz import Split

__all__ = ["Split", "load_mnist", "normalise"]
