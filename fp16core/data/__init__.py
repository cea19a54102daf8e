"""Data sets in the Keras MNIST layout, verified before use."""
