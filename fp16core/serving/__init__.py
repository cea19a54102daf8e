"""Limits of a shared server: rates for each address, and budgets of memory."""
