"""Training runs: processes that load TensorFlow and end, and the queue that visitors submit them to."""
