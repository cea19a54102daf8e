"""Pictures on their way to the models."""

from fp16core.images.digit_file import read_digit

__all__ = ["read_digit"]
