"""Half precision: what rounding does to weights."""

from fp16core.numerics.rounding import WeightRounding, rounded_reference, weight_roundings

__all__ = ["WeightRounding", "rounded_reference", "weight_roundings"]
