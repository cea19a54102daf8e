"""Emulation of half precision, in NumPy: sums of products, and networks made of them."""
