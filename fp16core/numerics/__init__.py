"""Half precision: what rounding does to weights, and to what is computed with them."""

from fp16core.numerics.rounding import WeightRounding, rounded_reference, weight_roundings

__all__ = ["WeightRounding", "rounded_reference", "weight_roundings"]
