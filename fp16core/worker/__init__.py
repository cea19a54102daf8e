"""Training runs: the work of a process of its own, which loads TensorFlow and ends."""
