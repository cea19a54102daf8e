"""Diagnoses of strangers' models, each in a confined process, and a reader of their answers."""
