"""Half the Bits: float16 quantization of a ``.tflite`` model under a microscope.

The core computes and draws; it imports neither Streamlit nor, outside of the functions that train
and convert Keras models, TensorFlow. docs/architecture.md has its packages in order; each imports only from
those before it.
"""

__version__ = "0.2.0"
