"""Hostile and damaged models and pictures, counted by outcome."""
