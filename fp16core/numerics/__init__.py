"""Half precision: the effect of rounding on weights, and on everything computed with them."""
