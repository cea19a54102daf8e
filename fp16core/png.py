"""Pictures as PNG files."""

import io

from PIL import Image


def png(picture: Image.Image) -> bytes:
    """Write a picture as a PNG file, with fast rather than thorough compression."""
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=1)
    return file.getvalue()
