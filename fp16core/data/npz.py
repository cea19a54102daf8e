"""Reader of ``.npz`` files in the Keras layout, on disk or in memory; each array is checked before it is unpacked."""

import io
import lzma
import math
import tokenize
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Literal

import numpy as np
import numpy.typing as npt

from fp16core.files import open_regular
from fp16core.text import count_text, first_line, sizes_text
from fp16core.vocabulary import CLASSES, IMAGE_SIDE, DatasetError

Split = Literal["train", "test"]

MAX_IMAGES = 1_000_000
"""Largest number of images read from a data set."""

_MAX_MEMBERS = 100
"""Most files in an archive, which needs four: for each entry that a directory claims, Python allocates a record."""

_DIRECTORY_ENTRY = b"PK\x01\x02"

_BLOCK_BYTES = 1 << 20

# Raised on damaged files by the readers of archives, compressed streams and array headers.
_DAMAGE = (
    OSError,
    ValueError,
    EOFError,
    RuntimeError,
    SyntaxError,
    MemoryError,
    OverflowError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    tokenize.TokenError,
)

_ODD_LITERALS = TypeError, LookupError, AttributeError
"""Raised by NumPy on a header that is a valid Python literal of the wrong type, because it sorts and unpacks it."""


@dataclass(frozen=True)
class NpzFile:
    """A data set file.

    Attributes
    ----------
    source
        Path or contents of the file.
    name, remedy
        Name of the file in error messages, and the advice that they give.
    max_images
        Largest number of images in a split.
    """

    source: Path | bytes = field(repr=False)
    name: str
    remedy: str
    max_images: int = MAX_IMAGES

    def read(self, split: Split) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
        """Unpack one split; the other is not read.

        Returns
        -------
        images : uint8, shape (n, 28, 28)
        labels : uint8, shape (n,)
            Classes 0 to 9; the file may store them in any integer dtype.

        Raises
        ------
        DatasetError
            If the file is missing or damaged, or an array is missing or has the wrong shape, dtype or
            range.
        """
        with self._opened(f"x_{split}") as (member, shape, _, column_major):
            data = self._exactly(member, f"x_{split}", math.prod(shape))
            images = np.frombuffer(data, np.uint8).reshape(shape, order="F" if column_major else "C")
        return images, self._labels(split, len(images))

    def check(self, split: Split) -> int | None:
        """Check one split without keeping its images.

        Returns
        -------
        int or None
            Number of images; None if the file contains neither images nor labels of this split.

        Raises
        ------
        DatasetError
            As `read`.
        """
        if not {f"x_{split}", f"y_{split}"} & set(self._arrays(f"x_{split}")):
            return None
        with self._opened(f"x_{split}") as (member, shape, _, _):
            left = math.prod(shape)
            while left:
                left -= len(self._exactly(member, f"x_{split}", min(left, _BLOCK_BYTES)))
        self._labels(split, shape[0])
        return shape[0]

    def _labels(self, split: Split, images: int) -> npt.NDArray[np.uint8]:
        array = f"y_{split}"
        with self._opened(array) as (member, shape, dtype, _):
            if shape != (images,):
                raise DatasetError(
                    f"{self.name}: array '{array}' {has_shape(shape)}; expected {count_text(images, 'label')}, "
                    f"one for each image of 'x_{split}'."
                )
            labels = np.frombuffer(self._exactly(member, array, images * dtype.itemsize), dtype)
        wrong = labels[(labels < 0) | (labels >= CLASSES)]
        if len(wrong):
            raise DatasetError(
                f"{self.name}: array '{array}' contains the label {wrong.max()}; expected 0 to {CLASSES - 1}."
            )
        return labels.astype(np.uint8)

    @contextmanager
    def _opened(self, array: str) -> Iterator[tuple[IO[bytes], tuple[int, ...], np.dtype[np.generic], bool]]:
        """Stream of an array's data, its shape and dtype, and whether it is in Fortran order.

        Errors while reading become `DatasetError`.
        """
        if array not in (held := self._arrays(array)):
            listed = ", ".join(held) or "nothing"
            raise DatasetError(f"{self.name}: array '{array}' is missing, the file contains {listed}; {self.remedy}")
        with (
            self._damage_named(array),
            self._file() as file,
            zipfile.ZipFile(file) as archive,
            archive.open(f"{array}.npy") as member,
        ):
            # A few compressed bytes may unpack to any amount of memory, so the header is checked first.
            version = np.lib.format.read_magic(member)
            if version != (1, 0):
                # In later versions the header itself may claim gigabytes, and NumPy reads it before checking it.
                raise DatasetError(
                    f"{self.name}: array '{array}' is in version {version[0]}.{version[1]} of NumPy's format; "
                    f"expected 1.0, NumPy's default for such arrays. {self.remedy}"
                )
            shape, column_major, dtype = self._header(member, array)
            self._check_header(array, shape, dtype)
            yield member, shape, dtype, column_major

    def _header(self, member: IO[bytes], array: str) -> tuple[tuple[int, ...], bool, np.dtype[np.generic]]:
        try:
            return np.lib.format.read_array_header_1_0(member)
        except _ODD_LITERALS as error:
            raise DatasetError(
                f"{self.name}: array '{array}' has a header that NumPy cannot read ({first_line(error)}); {self.remedy}"
            ) from error

    def _check_header(self, array: str, shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> None:
        are_images = array.startswith("x")
        if any(type(size) is not int for size in shape):  # NumPy accepts True as a size until it reshapes
            raise DatasetError(
                f"{self.name}: array '{array}' {has_shape(shape)}; expected whole numbers. {self.remedy}"
            )
        if not (dtype == np.uint8 if are_images else dtype.kind in "iu"):
            expected = "uint8, grey levels from 0 to 255" if are_images else "integers"
            raise DatasetError(f"{self.name}: array '{array}' has dtype {dtype}; expected {expected}. {self.remedy}")
        if math.prod(shape[:1]) > self.max_images:
            raise DatasetError(
                f"{self.name}: array '{array}' {has_shape(shape)}; expected at most {self.max_images:,} images of "
                f"{IMAGE_SIDE} × {IMAGE_SIDE}. {self.remedy}"
            )
        if are_images and (len(shape) != 3 or shape[1:] != (IMAGE_SIDE, IMAGE_SIDE) or shape[0] < 1):
            raise DatasetError(
                f"{self.name}: array '{array}' {has_shape(shape)}; "
                f"expected n × {IMAGE_SIDE} × {IMAGE_SIDE} with n at least 1."
            )

    def _arrays(self, wanted: str) -> list[str]:
        with self._damage_named(wanted):
            if isinstance(self.source, bytes) and self.source.count(_DIRECTORY_ENTRY) > _MAX_MEMBERS:
                raise DatasetError(f"{self.name}: the archive has more than {_MAX_MEMBERS} files; {self.remedy}")
            with self._file() as file, zipfile.ZipFile(file) as archive:
                return [name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")]

    def _file(self) -> IO[bytes]:
        return io.BytesIO(self.source) if isinstance(self.source, bytes) else open_regular(self.source)

    def _exactly(self, member: IO[bytes], array: str, size_bytes: int) -> bytes:
        data = member.read(size_bytes)
        if len(data) != size_bytes:
            raise DatasetError(
                f"{self.name}: array '{array}' ends after {len(data):,} of {size_bytes:,} bytes; {self.remedy}"
            )
        return data

    @contextmanager
    def _damage_named(self, array: str) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as error:
            raise DatasetError(f"{self.name}: the file does not exist; {self.remedy}") from error
        except _DAMAGE as error:
            what = getattr(error, "strerror", None) or first_line(error)
            raise DatasetError(f"{self.name}: array '{array}' cannot be read ({what}); {self.remedy}") from error


def has_shape(shape: tuple[int, ...]) -> str:
    """The shape that an archive claims for an array, as a predicate: ``has shape 3 × 28 × 28``.

    Sizes are written as they are: a negative one is an error here, and not one that is chosen at run time.
    """
    return f"{'has shape' if shape else 'is'} {sizes_text(shape)}"
