"""Pictures on their way to the models."""

from fp16core.images.prepare import prepare_file, prepare_image, prepare_picture, prepare_test_image
from fp16core.images.stages import PreparedDigit, PreparedPicture, Stage, StageName

__all__ = [
    "PreparedDigit",
    "PreparedPicture",
    "Stage",
    "StageName",
    "prepare_file",
    "prepare_image",
    "prepare_picture",
    "prepare_test_image",
]
