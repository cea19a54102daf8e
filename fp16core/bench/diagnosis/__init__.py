"""Diagnosis of ordinary models: its cost against LiteRT Quantizer's validation, and what corrupted files do to it."""
