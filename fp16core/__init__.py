"""Half the Bits: float16 quantization of a ``.tflite`` model under a microscope.

The core computes and draws; it imports neither Streamlit nor, outside of the functions that train
and convert Keras models, TensorFlow. Rooms, in the order in which data flow: `vocabulary`, `data`,
`images`, `models`, `convert`, `runtime`, `numerics`, `evaluate`, `figures`, `worker`, `report`, `bench`,
and the command line in `__main__`.
"""

__version__ = "0.1.0"
