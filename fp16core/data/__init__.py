"""Data sets in the Keras MNIST layout, verified before use."""

from fp16core.data.mnist import Split, load_mnist, normalise

__all__ = ["Split", "load_mnist", "normalise"]
