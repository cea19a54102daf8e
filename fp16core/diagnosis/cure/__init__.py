"""Cures for float16: each is tried on the model, measured again, and kept only if it helps."""
