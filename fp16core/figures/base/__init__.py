"""Building blocks of all figures: sketches, styles, pictures."""
