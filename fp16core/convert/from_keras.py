"""Conversion from Keras to ``.tflite`` with TensorFlow's converter, as in the tutorial."""

from pathlib import Path
from typing import Any

from fp16core.files import open_regular
from fp16core.temporary import check_temporary_room
from fp16core.text import first_line
from fp16core.training.recipe import import_tensorflow
from fp16core.vocabulary import ModelFileError


def convert_keras(model: Any) -> tuple[bytes, bytes]:
    """Convert a Keras model to a float32 and a float16 ``.tflite``.

    The float16 recipe is the tutorial's: default optimizations with ``tf.float16`` as the
    supported type. Weights and biases become float16, each behind a DEQUANTIZE operator; input
    and output stay float32. A weight beyond ±65,504 is clamped to it.

    Parameters
    ----------
    model
        A Keras model.

    Returns
    -------
    reference, target : bytes
        Contents of the float32 and of the float16 file.

    Raises
    ------
    DependencyError
        If TensorFlow is not installed.
    ModelFileError
        If the converter rejects the model.
    OutputError
        If it fails because there is no room for its temporary files.
    """
    tf = import_tensorflow()
    try:
        reference = tf.lite.TFLiteConverter.from_keras_model(model).convert()
        converter = tf.lite.TFLiteConverter.from_keras_model(model)
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.target_spec.supported_types = [tf.float16]
        return reference, converter.convert()
    # The converter's own error class is not public, and its components raise errors without a common base.
    except Exception as error:
        check_temporary_room()
        raise ModelFileError(f"TensorFlow's converter rejects the model ({first_line(error)}).") from error


def load_keras(path: Path, name: str | None = None, compiled: bool = True) -> Any:
    """Load a ``.keras`` file in Keras's safe mode, which rejects code stored in the file.

    Parameters
    ----------
    path
        Path of the file.
    name
        Name of the file in error messages; the path by default.
    compiled
        Whether to load the training configuration as well: optimizer, loss and metrics.

    Raises
    ------
    ModelFileError
        If the file is missing or is not a Keras model.
    DependencyError
        If TensorFlow is not installed.
    """
    try:
        open_regular(path).close()
    except OSError as error:
        raise ModelFileError(f"{name or path}: the file cannot be read ({error.strerror}); check the path.") from error
    import_tensorflow()
    import keras

    try:
        return keras.models.load_model(path, compile=compiled, safe_mode=True)
    # Errors raised while deserializing a layer have no common base class.
    except Exception as error:
        raise ModelFileError(
            f"{name or path}: Keras cannot load this file as a model ({first_line(error)})."
        ) from error
