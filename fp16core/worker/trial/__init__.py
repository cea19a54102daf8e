"""Trials of strangers' models: every kind of measurement, on few images, in a confined process."""
