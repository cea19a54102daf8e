"""The tutorial's claims, each with a verdict that follows from a measurement by a stated rule."""
