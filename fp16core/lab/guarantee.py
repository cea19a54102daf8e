"""Images whose answer float16 weights cannot change, and the margin that is certain on the others."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from fp16core.data.mnist import normalise
from fp16core.evaluate.evaluation import NO_ANSWER, Answers
from fp16core.numerics.bounds import bound_logits
from fp16core.tflite.chain import read_chain, require_same_network
from fp16core.tflite.model_file import ModelPair

PART_IMAGES = 200
"""Images between two possible stops; their bounds are held at once: 100 margins each, of which the least is kept."""


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

    def overestimate(self, observed: npt.NDArray[np.float64]) -> float | None:
        """Median of how many times larger the possible change is than the observed one, shape (n,); ∞ if none was.

        `None` if an observed change is not a number, or both are infinite.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            median = float(np.median(self.max_abs_delta / observed))
        return None if np.isnan(median) else median


class GuaranteeRun:
    """Bounds on what weights that are off by no more than ``errors`` can do to the answers, some images at a time.

    Thread-safe: what is bounded on behalf of one thread counts for all.

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

    def __init__(
        self,
        pair: ModelPair,
        errors: Mapping[str, npt.NDArray[np.float64]],
        images: npt.NDArray[np.uint8],
        reference: Answers,
    ) -> None:
        self._layers = read_chain(pair.reference)
        require_same_network(self._layers, read_chain(pair.target))
        self._errors, self._images, self._reference = errors, images, reference
        self._least_margin, self._max_abs_delta = np.full(len(images), -np.inf), np.empty(len(images))
        self._lock = threading.Lock()
        self.done = 0

    @property
    def is_done(self) -> bool:
        """True if all images are bounded."""
        return self.done >= len(self._least_margin)

    def advance(self, until: int) -> None:
        """Bound more images, until the first ``until`` are; raises as `bound_logits`."""
        with self._lock:
            while self.done < min(until, len(self._least_margin)):
                self._bound(slice(self.done, min(self.done + PART_IMAGES, until, len(self._least_margin))))
            if self.is_done:
                self._images = self._images[:0].copy()  # finished runs are kept; release the images

    def _bound(self, part: slice) -> None:
        bounds = bound_logits(self._layers, self._errors, normalise(self._images[part]))
        answers = self._reference.predictions[part]
        answered = answers != NO_ANSWER
        margins = bounds.least_margin(np.where(answered, answers, 0))
        self._least_margin[part] = np.where(answered, margins, -np.inf)
        self._max_abs_delta[part] = bounds.max_abs_delta(self._reference.logits[part]).max(axis=1)
        self.done = part.stop

    def guarantee(self) -> Guarantee:
        """The bounds for all images, which must be done."""
        return Guarantee(self._least_margin, self._max_abs_delta)


def guarantee(
    pair: ModelPair,
    errors: Mapping[str, npt.NDArray[np.float64]],
    images: npt.NDArray[np.uint8],
    reference: Answers,
) -> Guarantee:
    """Bound the effect on all images at once; parameters and errors as `GuaranteeRun`."""
    run = GuaranteeRun(pair, errors, images, reference)
    run.advance(len(images))
    return run.guarantee()
