"""Bounds on the structure of image files, checked before any library decodes them.

Decoders take time and memory for each strip, scan, chunk and tile that a file declares, however small the picture
and the file are. Each module here walks through the outer structure of one format, no further than its bound, and
returns its objection as the end of a sentence. A file that ends early or contradicts itself is left to the
decoder, which reports it. The limits of the decoding process catch whatever passes these bounds.
"""

from collections.abc import Callable

from fp16core.images.structure import bmp, gif, heif, jpeg, png, tiff, webp
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
    """Raise `ImageError` if an image file is built so that decoding it would take far too long.

    Parameters
    ----------
    data
        Contents of the file.
    name
        Name of the file in error messages.
    """
    for kind, matches, complaint in _FORMATS:
        if matches(data):
            if (found := complaint(data)) is not None:
                raise ImageError(f"{name}: the {kind} {found}. Save it again, smaller or as PNG.")
            return
