"""The tutorial's network and recipe, its training, and the trace a training run leaves."""
