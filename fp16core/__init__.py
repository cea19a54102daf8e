"""Half the Bits: float16 quantization of a ``.tflite`` model under a microscope.

The core computes and draws. It never imports Streamlit, and imports TensorFlow only inside functions that train or
convert Keras models. Data flow through its packages in this order, and each imports only from those before it:

- Inputs: `data` (MNIST), `images` (pictures of digits), `training`, `runs` (trained pairs on disk), `tflite`, `convert`.
- Computation: `runtime` (LiteRT), `numerics` (half precision), `evaluate` (comparisons), `reading`, `modes`, `lab`
  (experiments), `claims` (of the tutorial), `workbench`.
- Output and processes: `figures`, `serving` (limits of a shared server), `jobs`, `resident`, `worker` (work of child
  processes), `report`, `bench`, `commands`.
"""

__version__ = "0.1.0"
