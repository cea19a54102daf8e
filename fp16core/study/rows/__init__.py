"""Rows of a study, one for each training, and the file that holds them."""
