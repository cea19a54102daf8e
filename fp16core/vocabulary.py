"""The words every room of the core shares: the pair of models and the named errors.

The float32 model is the *reference*, the float16 model the *target*; every delta in
this package is ``target − reference``.
"""

IMAGE_SIDE = 28
"""Height and width, in pixels, of the models' input images."""

CLASSES = 10
"""Number of classes, and therefore of logits for each image."""

TUTORIAL_URL = "https://ai.google.dev/edge/litert/models/post_training_float16_quant"
"""The tutorial whose claims are checked."""


class HalfBitsError(Exception):
    """An error the user can fix; the message names the offender, its value and the remedy."""


class DatasetError(HalfBitsError):
    """A data set is missing, altered, or not in the Keras MNIST layout."""


class ModelFileError(HalfBitsError):
    """A model file is missing, altered, or not of the expected kind."""


class PairError(HalfBitsError):
    """A reference and a target do not belong together."""


class ImageError(HalfBitsError):
    """Images have a shape, dtype or value that the models do not accept."""


class NumberError(HalfBitsError):
    """A text cannot be parsed as a number."""


class OutputError(HalfBitsError):
    """A result cannot be written to the requested place."""


class SettingError(HalfBitsError):
    """An environment variable of the server has an invalid value."""


class BusyError(HalfBitsError):
    """The server's capacity is exhausted."""


class RunError(HalfBitsError):
    """A stored run is missing, altered or incomplete, or the store of runs cannot be used as asked."""


class RecipeError(HalfBitsError):
    """A setting of a training run is invalid."""


class TraceError(HalfBitsError):
    """A message of a training run cannot be parsed."""


class StudyError(HalfBitsError):
    """The rows of a study are missing or damaged."""


class WorkerError(HalfBitsError):
    """A child process did not complete its work."""


class ModeError(HalfBitsError):
    """A model cannot be executed in the requested mode on this machine."""


class RecordingError(HalfBitsError):
    """A recording of measurements is damaged, too large, or something else."""


class DependencyError(HalfBitsError):
    """A required optional package is not installed."""
