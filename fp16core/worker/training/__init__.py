"""Training runs: processes that load TensorFlow and end, and the desk where visitors hand them in."""
