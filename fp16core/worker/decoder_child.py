"""Strangers' pictures decoded in a confined process that stays: ``python -m fp16core.worker.decoder_child``."""

from importlib import import_module

from fp16core.images.picture import RawPicture
from fp16core.images.picture_file import LargePictureError, open_picture
from fp16core.resident.child import serve_calls
from fp16core.system.limits import limit_data_for_now
from fp16core.vocabulary import ImageError

MODULE = "fp16core.worker.decoder_child"
"""Module for a `fp16core.resident.keeper.ResidentKeeper`."""

_READERS = ("Bmp", "Gif", "Jpeg", "Mpo", "Png", "Tiff", "WebP")


_BASE_BYTES = 70_000_000
"""Memory that this process takes for itself."""


def decode(data: bytes, name: str, memory_bytes: int, may_have_more: bool) -> RawPicture:
    """Decode a picture as `open_picture` does.

    Parameters
    ----------
    data, name
        As for `open_picture`.
    memory_bytes
        Data that this process may hold while decoding, at most the limit that it was started with.
    may_have_more
        True if more is available on request.

    Raises
    ------
    LargePictureError
        If more is available and this may not be enough: by an estimate, or because a library failed, as some do
        for lack of memory.
    ImageError
        As `open_picture`.
    MemoryError
        If the picture takes more memory than this process may have: memory that earlier pictures have left
        behind may be the cause, so that the process should end.
    """
    limit_data_for_now(memory_bytes)
    # The file is here up to three times: as it was sent, unpickled, and for a library that wants its own.
    room_bytes = memory_bytes - _BASE_BYTES - 3 * len(data)
    try:
        return open_picture(data, name, room_bytes if may_have_more else None).raw()
    except LargePictureError:
        raise
    except ImageError as error:
        if may_have_more and error.__cause__ is not None:
            raise LargePictureError(str(error)) from error
        if isinstance(error.__cause__, MemoryError):
            raise error.__cause__ from None
        raise


if __name__ == "__main__":
    for reader in _READERS:  # now, rather than while somebody waits for the first picture
        import_module(f"PIL.{reader}ImagePlugin")
    serve_calls({"decode": decode})
