"""Half the Bits: float16 quantization of a ``.tflite`` model under a microscope.

The core computes and draws. It never imports Streamlit, and imports TensorFlow only inside functions that train or
convert Keras models. docs/architecture.md lists its packages in order; each imports only from those before it.
"""

__version__ = "0.2.0"
