"""Messages between a confined child that stays and the process that owns it."""

import struct

HEADER = struct.Struct(">cQ")
"""Before each message: its kind, and the length of the pickle that follows in bytes."""

CALL, ANSWER, REFUSAL, FAULT = b"C", b"A", b"R", b"F"
"""Kinds of messages: a call; its answer; an error with a sentence for the user; a bug of ours or of a library's."""

READY = "ready"
"""A function that every child serves: it answers once the child has started, and does nothing."""
