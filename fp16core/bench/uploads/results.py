"""Results of reading uploads: accuracy on pictures of one digit, and on rows of several."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class UploadAccuracy:
    """Accuracy on one kind of upload.

    Attributes
    ----------
    kind
        Source of difficulty.
    images
        Number of uploads.
    direct
        The reference's accuracy on the same MNIST images, fed directly; `None` where there are none.
    reference, target
        Accuracy of both models on the uploads; a picture without exactly one digit counts as wrong.
    naive
        The reference's accuracy when a file is only made grey, inverted if it is light, and resized
        to 28 × 28 pixels, as demos usually do.
    doubted
        Share of the uploads that are judged not to look like a digit.
    goal
        Smallest ``reference − direct`` aimed at.
    """

    kind: str
    images: int
    direct: float | None
    reference: float
    target: float
    naive: float
    doubted: float
    goal: float | None

    @property
    def delta(self) -> float | None:
        """Accuracy on the uploads minus accuracy on the same images fed directly."""
        return None if self.direct is None else self.reference - self.direct

    def document(self) -> dict[str, Any]:
        """The row for JSON."""
        return {**asdict(self), "delta": self.delta}


@dataclass(frozen=True)
class OtherUploadAccuracy(UploadAccuracy):
    """The same for another bundled pair.

    Attributes
    ----------
    network
        Short name of the pair.
    """

    network: str


@dataclass(frozen=True)
class RowAccuracy:
    """Accuracy of a bundled pair on pictures of several digits.

    Attributes
    ----------
    network
        Short name of the pair.
    kind
        Source of difficulty.
    rows
        Number of pictures.
    direct
        Share of them whose digits the reference reads right when the MNIST images are fed directly.
    reference, target
        Share of them in which each model reads exactly the digits that are there, in order.
    digits
        Number of digits on all of them.
    digits_right
        Share of the digits that the reference reads right, in order; others may be left out or made up in between.
    goal
        Smallest ``reference`` aimed at.
    """

    network: str
    kind: str
    rows: int
    direct: float
    reference: float
    target: float
    digits: int
    digits_right: float
    goal: float | None

    def document(self) -> dict[str, Any]:
        """The row for JSON."""
        return asdict(self)
