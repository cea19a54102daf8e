"""Both models on the same images, and everything that follows from their logits."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from fp16core.data.mnist import normalise
from fp16core.evaluate.both import BothAnswers
from fp16core.evaluate.evaluation import Evaluation
from fp16core.evaluate.statistics import mcnemar_exact, paired_difference
from fp16core.numerics.weight_rounding import require_matching_weights
from fp16core.runtime.classifier import Classifier, DigitModel
from fp16core.text import dimensions_text
from fp16core.tflite.model_file import ModelPair
from fp16core.vocabulary import ImageError

SIGNIFICANCE = 0.05
"""p-value below which a difference of accuracies is unlikely to be chance."""

_SCALED_AT_ONCE = 1000

_Scalar = TypeVar("_Scalar", bound=np.generic)


@dataclass(frozen=True, eq=False)
class Comparison(BothAnswers):
    """Both models on images of known classes."""

    reference: Evaluation
    target: Evaluation

    @property
    def labels(self) -> npt.NDArray[np.uint8]:
        """The true classes, shape (n,)."""
        return self.reference.labels

    @property
    def size_ratio(self) -> float:
        """File size of the reference over that of the target (2 if the target is half as large)."""
        return self.reference.size_bytes / self.target.size_bytes

    @property
    def size_share(self) -> float:
        """File size of the target as a share of the reference's (0.5 if half as large)."""
        return self.target.size_bytes / self.reference.size_bytes

    @property
    def size_delta_bytes(self) -> int:
        """File size of the target minus that of the reference."""
        return self.target.size_bytes - self.reference.size_bytes

    @property
    def accuracy_delta(self) -> float:
        """Accuracy of the target minus that of the reference."""
        return (self.target.accuracy.successes - self.reference.accuracy.successes) / self.images

    @property
    def equal_predictions(self) -> int:
        """Number of images on which the two predictions agree."""
        return self.images - self.changed_predictions

    @cached_property
    def _only_one_right(self) -> tuple[int, int]:
        """Images that only the reference, and that only the target gets right."""
        reference, target = self.reference.correct, self.target.correct
        return int((reference & ~target).sum()), int((target & ~reference).sum())

    @property
    def accuracy_delta_interval(self) -> tuple[float, float]:
        """Limits of the 95 % interval of `accuracy_delta` (`paired_difference`)."""
        only_reference, only_target = self._only_one_right
        return paired_difference(only_target - only_reference, only_reference + only_target, self.images)

    @cached_property
    def mcnemar_p(self) -> float:
        """p-value of the exact McNemar test that both are equally accurate."""
        return mcnemar_exact(*self._only_one_right)

    @property
    def is_difference_significant(self) -> bool:
        """True if chance is unlikely to explain the difference of accuracies: `mcnemar_p` below `SIGNIFICANCE`."""
        return self.mcnemar_p < SIGNIFICANCE

    @cached_property
    def confusion_delta(self) -> npt.NDArray[np.int64]:
        """Confusion matrix of the target minus that of the reference, shape (10, 10)."""
        return self.target.confusion - self.reference.confusion

    @cached_property
    def per_class_delta(self) -> npt.NDArray[np.float64]:
        """Accuracy delta on each true class, shape (10,); NaN for a class without images."""
        pairs = zip(self.reference.per_class, self.target.per_class, strict=True)
        return np.array([t.value - r.value if r and t else np.nan for r, t in pairs])

    @property
    def median_margin(self) -> float:
        """Median of the reference's margins."""
        return float(np.median(self.reference.margins))

    @property
    def closest_image(self) -> int:
        """Index of the image whose answer the smallest multiple of the float16 error changes; 0 if none can."""
        factors = self.flip_factors
        return 0 if np.isnan(factors).all() else int(np.nanargmin(factors))

    @property
    def changed_or_closest_image(self) -> int:
        """Index of the changed image for which the least of the error is enough; of `closest_image` if none changed."""
        factors = np.where(self.changed, self.flip_factors, np.nan)
        if np.isnan(factors).all():
            return int(self.changed.argmax()) if self.changed.any() else self.closest_image
        return int(np.nanargmin(factors))

    @property
    def most_changed_image(self) -> int:
        """Index of the image with the largest logit change; 0 if no change is a number."""
        changes = self.abs_logit_delta
        return 0 if np.isnan(changes).all() else int(np.nanargmax(changes))


def costs_a_point(accuracy_delta: float) -> bool:
    """Return whether a difference of accuracies, as a share of 1, is a loss of at least one percentage point."""
    return accuracy_delta <= -0.01


def classifiers(pair: ModelPair) -> tuple[Classifier, Classifier]:
    """Interpreters for the reference and the target.

    Raises
    ------
    ModelFileError
        If a file is not a digit classifier, is damaged, or the runtime refuses it.
    PairError
        If the two files' weights do not correspond.
    """
    both = Classifier(pair.reference), Classifier(pair.target)
    require_matching_weights(pair)
    return both


def image_logits(
    model: DigitModel,
    images: npt.NDArray[np.uint8],
    scale: Callable[[npt.NDArray[np.uint8]], npt.NDArray[np.float32]] = normalise,
) -> npt.NDArray[np.float32]:
    """Logits of a model for at least one image, float32, shape (n, 10); raises as `Classifier.logits`.

    Images are scaled in parts: as float32, all test images would take 31 MB, which the process seldom gives back.
    """
    parts = (images[start : start + _SCALED_AT_ONCE] for start in range(0, len(images), _SCALED_AT_ONCE))
    return np.concatenate([model.logits(scale(part)) for part in parts])


def compare(pair: ModelPair, images: npt.NDArray[np.uint8], labels: npt.NDArray[np.uint8]) -> Comparison:
    """Run both models on the same images, side by side.

    Parameters
    ----------
    pair
        Reference and target.
    images : uint8, shape (n, 28, 28)
        n at least 1.
    labels : uint8, shape (n,)
        The true classes, 0 to 9.

    Raises
    ------
    ModelFileError, PairError
        As `classifiers`.
    ImageError
        If there are no images, or not as many labels, or the images have another shape.
    """
    if len(images) == 0 or labels.shape != (len(images),):
        found = dimensions_text(labels.shape)
        raise ImageError(f"{len(images)} images with labels of shape {found}; expected as many, and at least one.")
    reference, target = classifiers(pair)
    with ThreadPoolExecutor(1) as pool:
        target_logits = pool.submit(image_logits, target, images)
        reference_logits = image_logits(reference, images)
        return Comparison(
            Evaluation(_frozen(reference_logits), _frozen(labels), pair.reference.size_bytes),
            Evaluation(_frozen(target_logits.result()), _frozen(labels), pair.target.size_bytes),
        )


def _frozen(array: npt.NDArray[_Scalar]) -> npt.NDArray[_Scalar]:
    view = array.view()
    view.flags.writeable = False
    return view
