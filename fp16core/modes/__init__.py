"""Modes of execution: results, latency and emulation."""
