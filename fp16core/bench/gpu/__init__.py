"""Our shaders for a visitor's GPU, against LiteRT's accelerator on the same driver."""
