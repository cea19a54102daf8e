"""Parts that commands share: arguments, the outcome, the pair, the modes of execution."""
