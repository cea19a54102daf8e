"""Diagnoses for tests."""
