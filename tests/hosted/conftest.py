"""Fixtures of the tests in this folder."""

from tests.helpers.visits import cold_caches as cold_caches
