"""Images whose answer float16 weights cannot change, and the margin that is certain on the others."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from fp16core.data.mnist import normalise
from fp16core.evaluate.evaluation import NO_ANSWER, Answers
from fp16core.numerics.bounds import bound_logits
from fp16core.tflite.chain import read_chain, require_same_network
from fp16core.tflite.model_file import ModelPair

_CHUNK = 500
"""Images whose bounds are held at once: 100 margins each, of which only the least is kept."""


@dataclass(frozen=True, eq=False)
class Guarantee:
    """Bounds that hold for every model whose weights are off by no more than the rounding errors.

    Attributes
    ----------
    least_margin : float64, shape (n,)
        Least margin that the reference's answer can have over any other digit.
    max_abs_delta : float64, shape (n,)
        Most that any logit can differ from the reference's.
    """

    least_margin: npt.NDArray[np.float64] = field(repr=False)
    max_abs_delta: npt.NDArray[np.float64] = field(repr=False)

    @property
    def proven(self) -> npt.NDArray[np.bool_]:
        """True where no such model can answer differently, shape (n,)."""
        return np.greater(self.least_margin, 0)

    @property
    def proven_images(self) -> int:
        """Number of images that no such model can answer differently."""
        return int(self.proven.sum())

    @property
    def proven_share(self) -> float:
        """Share of the images that no such model can answer differently."""
        return float(self.proven.mean())

    def overestimate(self, observed: npt.NDArray[np.float64]) -> float:
        """Median of how many times larger the possible change is than the observed one, shape (n,); ∞ if none was."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return float(np.median(self.max_abs_delta / observed))


def guarantee(
    pair: ModelPair,
    errors: Mapping[str, npt.NDArray[np.float64]],
    images: npt.NDArray[np.uint8],
    reference: Answers,
) -> Guarantee:
    """Bound what weights that are off by no more than ``errors`` can do to the answers.

    Parameters
    ----------
    pair
        Reference and target.
    errors
        By the weights' keys: `fp16core.numerics.weight_rounding.rounding_errors`, or `format_errors`.
    images : uint8, shape (n, 28, 28)
    reference
        The reference's answers to these images.

    Raises
    ------
    ModelFileError
        If a network is not a chain of the operators that can be followed.
    PairError
        If the target is not the same network with other weights.
    """
    layers = read_chain(pair.reference)
    require_same_network(layers, read_chain(pair.target))
    answered = reference.predictions != NO_ANSWER
    answers = np.where(answered, reference.predictions, 0)
    least_margin, max_abs_delta = np.empty(len(images)), np.empty(len(images))
    for start in range(0, len(images), _CHUNK):
        part = slice(start, start + _CHUNK)
        bounds = bound_logits(layers, errors, normalise(images[part]))
        least_margin[part] = bounds.least_margin(answers[part])
        max_abs_delta[part] = bounds.max_abs_delta(reference.logits[part]).max(axis=1)
    return Guarantee(np.where(answered, least_margin, -np.inf), max_abs_delta)
