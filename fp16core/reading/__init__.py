"""Reading a visitor's pictures with both models."""
