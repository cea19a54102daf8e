"""Execution of models by LiteRT: thread-safe interpreters, delegates, execution modes and the machine's processor."""
