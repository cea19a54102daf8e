"""Verdict 2: ranges of float32 values, and of what operators square and sum, against those of float16."""
