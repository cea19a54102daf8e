"""A pair with everything measured on it, each measurement a function."""
