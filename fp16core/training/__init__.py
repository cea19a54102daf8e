"""The tutorial's network and recipe, its training, and the trace of a training run."""
