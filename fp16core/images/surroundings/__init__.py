"""Detection of what surrounds the paper in a picture: borders, frames, plates, a table."""
