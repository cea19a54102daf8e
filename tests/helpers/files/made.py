"""Files as visitors bring them, made in memory."""

import io
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image


def packed(**arrays: Any) -> bytes:
    """Contents of a file by `numpy.savez_compressed`."""
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


GREY = (np.arange(28 * 28, dtype=np.uint32).reshape(28, 28) % 256).astype(np.uint8)


def file_of(image: Image.Image | npt.NDArray[Any], kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    (image if isinstance(image, Image.Image) else Image.fromarray(image)).save(file, kind, **options)
    return file.getvalue()


def digit_file() -> bytes:
    file = io.BytesIO()
    picture = Image.new("L", (60, 60), 255)
    picture.paste(0, (28, 10, 33, 50))
    picture.save(file, "PNG")
    return file.getvalue()
