"""Fixtures of the tests in this folder."""

from tests.helpers.apps.visits import cold_caches as cold_caches
