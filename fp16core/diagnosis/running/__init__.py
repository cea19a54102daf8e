"""Execution of any model: in the interpreter, compiled for the CPU or GPU, whole or cut at any tensor."""
