"""Modes of execution: results, latency, emulation, and recorded hardware."""
