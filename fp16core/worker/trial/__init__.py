"""Strangers' models tried in every way in which the pages use them."""
