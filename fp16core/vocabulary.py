"""The words every room of the core shares: the pair of models and the named errors.

The float32 model is the *reference*, the float16 model the *target*; every delta in
this package is ``target − reference``.
"""

IMAGE_SIDE = 28
"""Height and width, in pixels, of every image the models know."""

CLASSES = 10
"""Number of classes, and so of logits, for each image."""

TUTORIAL_URL = "https://ai.google.dev/edge/litert/models/post_training_float16_quant"
"""The tutorial whose claims are checked."""


class HalfBitsError(Exception):
    """Something a user can mend; the message names the offender, the value and the cure."""


class DatasetError(HalfBitsError):
    """A data set is missing, altered, or not in the Keras MNIST layout."""


class ModelFileError(HalfBitsError):
    """A model file is missing, altered, or not what it should be."""


class PairError(HalfBitsError):
    """A reference and a target do not belong together."""


class ImageError(HalfBitsError):
    """Images have a shape, type or value that the models cannot take."""


class NumberError(HalfBitsError):
    """A text is not a number that can be read."""


class OutputError(HalfBitsError):
    """A result cannot be written where it was asked for."""


class SettingError(HalfBitsError):
    """An environment variable of the server is not what it should be."""


class BusyError(HalfBitsError):
    """The server is at work on as much as it takes on."""


class RunError(HalfBitsError):
    """A stored run is missing, altered or incomplete, or the store of runs cannot be used as asked."""


class RecipeError(HalfBitsError):
    """A setting of a training run is not what it may be."""


class TraceError(HalfBitsError):
    """A training run told something that cannot be understood."""


class WorkerError(HalfBitsError):
    """A process that was to do a piece of work has not done it."""


class ModeError(HalfBitsError):
    """A model cannot be executed in the way asked for, on this machine."""


class DependencyError(HalfBitsError):
    """An optional package that this work needs is not installed."""
