"""Is float16 safe for a model? Four verdicts on any ``.tflite`` file, each with its evidence, and the cures."""
