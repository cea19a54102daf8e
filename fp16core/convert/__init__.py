"""The converters: from float32 to float16 by either path, and between Keras and ``.tflite``."""
