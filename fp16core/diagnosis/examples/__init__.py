"""Models that ship as examples of a diagnosis: each breaks in float16 in a way that public reports describe.

``tests/networks/diagnosis/examples.py`` builds them, weight by weight.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fp16core.files import read_regular
from fp16core.tflite.model_file import ModelFile
from fp16core.vocabulary import ModelFileError

FOLDER = Path(__file__).parent

_LIMIT_BYTES = 100_000


@dataclass(frozen=True)
class Example:
    """A model that ships with the package.

    Attributes
    ----------
    key
        Name of its file, without the ending.
    title, sentence
        Title, and a sentence on what is in it and why it breaks.
    sha256
        Hexadecimal SHA-256 of the file.
    ranges
        Lowest and highest value of inputs that are not −1 to 1, by input.
    """

    key: str
    title: str
    sentence: str
    sha256: str = field(repr=False)
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        """Path of the file."""
        return FOLDER / f"{self.key}.tflite"

    def model(self) -> ModelFile:
        """The model's file.

        Raises
        ------
        ModelFileError
            If the file is missing, or not the one that was shipped.
        """
        try:
            model = ModelFile(read_regular(self.path, _LIMIT_BYTES), self.path.name)
        except OSError as error:
            raise ModelFileError(
                f"{self.path}: the example cannot be read ({error.strerror}); install the package again."
            ) from error
        if model.sha256 != self.sha256:
            raise ModelFileError(f"{self.path}: this is not the example that was shipped; install the package again.")
        return model


EXAMPLES = (
    Example(
        "mask",
        "A mask of −1e30",
        "Two blocks of a transformer hide tokens by adding (1 − keep) · −1e30 to their scores. In float16, −1e30 is "
        "−∞, and 0 · −∞ is NaN.",
        "9937b52c6a6003ac50e2f318006332a4fad7bad5ca2fb3b8ea924594d84fd402",
        {"keep": (0.0, 1.0)},
    ),
    Example(
        "rms_norm",
        "An RMSNorm of large activations",
        "Two layers are divided by the root of their mean square, as in large language models. Activations of some "
        "hundreds fit into float16; their squares do not.",
        "2be8990435d568fad46b54a98f31ebbf566d5d9ba656fe9923fe6ad014d8a87a",
    ),
    Example(
        "large_weights",
        "Weights beyond 65,504",
        "The third of four layers has four weights from 67,000 to 120,000. A file of float16 weights stores them as "
        "±∞, so that even float32 arithmetic gives NaN.",
        "523a1ea0cc0124c9ad3687ab060e98728c5d6739a93a1d0d1d7a26b2706ff4ac",
    ),
)
"""In the order in which they are shown."""


def example_of(model: ModelFile) -> Example | None:
    """Return the example that a model's file is, bit for bit, if it is one."""
    return next((example for example in EXAMPLES if example.sha256 == model.sha256), None)
