"""A visitor's pictures, kept for the visit within bounds."""

from dataclasses import dataclass, field

from fp16core.evaluate.likeness import Likeness
from fp16core.evaluate.reading import Reading, read_picture
from fp16core.images.picture_file import PackedPicture, open_picture
from fp16core.images.prepare import prepare_picture
from fp16core.runtime.classifier import Classifier
from fp16core.text import bytes_text
from fp16core.vocabulary import ImageError

MAX_PICTURES = 500
MAX_BYTES = 40_000_000
"""What one visitor's pictures may hold of the server's memory, compressed."""


@dataclass(frozen=True, eq=False)
class GalleryPicture:
    """One picture and what both models read on it.

    Attributes
    ----------
    packed
        The picture, scaled down and compressed.
    reading
        What both models read, with all stages on.
    """

    packed: PackedPicture = field(repr=False)
    reading: Reading


class Gallery:
    """Pictures in the order in which they came, and the reasons why others did not."""

    def __init__(self) -> None:
        self.pictures: list[GalleryPicture] = []
        self.refusals: list[str] = []

    @property
    def size_bytes(self) -> int:
        """Memory that the compressed pictures take."""
        return sum(len(picture.packed.png) for picture in self.pictures)

    @property
    def readings(self) -> list[Reading]:
        """What both models read on each picture."""
        return [picture.reading for picture in self.pictures]

    def add(self, data: bytes, name: str, models: tuple[Classifier, Classifier], rule: Likeness) -> None:
        """Read a file's picture, or note why it cannot be read.

        Parameters
        ----------
        data
            Contents of the file.
        name
            Its name.
        models
            Reference and target.
        rule
            When to doubt that a picture shows a digit.

        Raises
        ------
        ModelFileError
            If the runtime fails on a model.
        """
        try:
            if len(self.pictures) >= MAX_PICTURES or self.size_bytes >= MAX_BYTES:
                raise ImageError(
                    f"{name}: there is no room for it; at most {MAX_PICTURES} pictures and {bytes_text(MAX_BYTES)} "
                    "are kept for a visit. Remove the others first."
                )
            picture = open_picture(data, name)
            reading = read_picture(models, rule, prepare_picture(picture, name))
        except ImageError as error:
            self.refusals.append(str(error))
        else:
            self.pictures.append(GalleryPicture(picture.packed(), reading))
