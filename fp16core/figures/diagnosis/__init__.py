"""Figures of a diagnosis: the operators and their ranges, errors and places; the cures; one tensor's magnitudes."""
