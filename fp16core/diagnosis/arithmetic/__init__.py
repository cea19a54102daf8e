"""Verdict 3: errors of float16 arithmetic, of each operator and of the outputs."""
