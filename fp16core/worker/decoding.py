"""Strangers' pictures decoded in a confined process that stays: ``python -m fp16core.worker.decoding``."""

from importlib import import_module

from fp16core.images.picture import RawPicture
from fp16core.images.picture_file import open_picture
from fp16core.vocabulary import ImageError
from fp16core.worker.resident_child import serve_calls

MODULE = "fp16core.worker.decoding"
"""What to hand to a `fp16core.worker.resident.Resident`."""

_READERS = ("Bmp", "Gif", "Jpeg", "Mpo", "Png", "Tiff", "WebP")


def decode(data: bytes, name: str) -> RawPicture:
    """Decode a picture as `open_picture` does.

    Raises
    ------
    ImageError
        As `open_picture`.
    MemoryError
        If the picture takes more memory than this process may have: memory that earlier pictures have left
        behind may be the cause, so that the process should end.
    """
    try:
        return open_picture(data, name).raw()
    except ImageError as error:
        if isinstance(error.__cause__, MemoryError):
            raise error.__cause__ from None
        raise


if __name__ == "__main__":
    for reader in _READERS:  # now, rather than while somebody waits for the first picture
        import_module(f"PIL.{reader}ImagePlugin")
    serve_calls({"decode": decode})
