"""Inputs that a model is diagnosed with: the user's, or made up within ranges that are declared or known."""
