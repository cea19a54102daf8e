"""Reading a ``.tflite`` file: tensors, operators, layers, and the purpose of each byte."""
