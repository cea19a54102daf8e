"""Pictures as PNG files."""

import io

from PIL import Image


def png(picture: Image.Image) -> bytes:
    """A PNG of a picture, quickly written rather than small."""
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=1)
    return file.getvalue()
