"""Bounds on what an image file is made of, checked before any library decodes it.

Decoders take time and memory for each strip, scan, chunk and tile that a file names, however small the picture
and the file are. Each module here walks through one format's outer structure, no further than its bound, and
returns what is wrong as the end of a sentence. A file that ends early or contradicts itself is left to the
decoder, which says so. What escapes these bounds meets the limits of the process that decodes.
"""

from collections.abc import Callable

from fp16core.images.bounds import bmp, gif, heif, jpeg, png, tiff, webp
from fp16core.vocabulary import ImageError

_TIFF_HEADS = (b"II*\0", b"MM\0*", b"II\0*", b"MM*\0", b"II+\0", b"MM\0+")

_FORMATS: tuple[tuple[str, Callable[[bytes], bool], Callable[[bytes], str | None]], ...] = (
    ("JPEG", lambda data: data.startswith(b"\xff\xd8\xff"), jpeg.complaint),
    ("PNG", lambda data: data.startswith(b"\x89PNG\r\n\x1a\n"), png.complaint),
    ("TIFF", lambda data: data.startswith(_TIFF_HEADS), tiff.complaint),
    ("GIF", lambda data: data.startswith((b"GIF87a", b"GIF89a")), gif.complaint),
    ("WebP", lambda data: data.startswith(b"RIFF") and data[8:12] == b"WEBP", webp.complaint),
    ("BMP", lambda data: data.startswith(b"BM"), bmp.complaint),
    ("HEIF", lambda data: data[4:8] == b"ftyp", heif.complaint),
)


def check_structure(data: bytes, name: str) -> None:
    """Raise `ImageError` if an image file is made so that decoding it would take far longer than its picture is worth.

    Parameters
    ----------
    data
        Contents of the file.
    name
        What to call it in errors.
    """
    for kind, matches, complaint in _FORMATS:
        if matches(data):
            if (found := complaint(data)) is not None:
                raise ImageError(f"{name}: the {kind} {found}. Save it again, smaller or as PNG.")
            return
