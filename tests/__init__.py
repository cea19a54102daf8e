"""Tests, one module for each room and one for each way in."""
