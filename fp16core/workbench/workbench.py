"""One pair of models on one set of test images, with everything that several measurements need computed once."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import cached_property

import numpy as np
import numpy.typing as npt

from fp16core.data.mnist import normalise
from fp16core.evaluate.comparison import Comparison, classifiers, compare
from fp16core.lab.guarantee import GuaranteeRun
from fp16core.numerics.propagation import PairRecorder, PropagationRun
from fp16core.numerics.scaling import scalable_pairs
from fp16core.numerics.weight_rounding import WeightRounding, rounding_errors, weight_roundings
from fp16core.runtime.classifier import Classifier
from fp16core.tflite.chain import Layer, read_chain
from fp16core.tflite.model_file import ModelPair

TestSet = tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]

_RUNS = 4
"""Propagation runs that are kept, each over another number of images."""


class Workbench:
    """Subject of the functions in `fp16core.workbench.measures`; many threads may share it.

    Parameters
    ----------
    pair
        Reference and target.
    test_set
        Called once something needs the test images: returns images, uint8 of shape (n, 28, 28) with n at least
        1, and their true classes, uint8 of shape (n,). What it raises is raised then.
    """

    def __init__(self, pair: ModelPair, test_set: Callable[[], TestSet]) -> None:
        self.pair, self._test_set = pair, test_set
        self._lock = threading.RLock()
        self._runs: OrderedDict[int, PropagationRun] = OrderedDict()

    @property
    def images(self) -> npt.NDArray[np.uint8]:
        """Test images, shape (n, 28, 28)."""
        return self._test_set()[0]

    @property
    def comparison(self) -> Comparison:
        """Both models on all images; raises as `compare`."""
        with self._lock:
            return self._comparison

    @property
    def classifiers(self) -> tuple[Classifier, Classifier]:
        """Reference and target; raises as `classifiers`."""
        with self._lock:
            return self._classifiers

    @property
    def recorder(self) -> PairRecorder:
        """Both models, each showing what its operators compute; raises as `PairRecorder`."""
        with self._lock:
            return self._recorder

    @property
    def roundings(self) -> dict[str, WeightRounding]:
        """Rounding of the weights; raises as `weight_roundings`."""
        with self._lock:
            return self._roundings

    @property
    def layer_pairs(self) -> tuple[tuple[Layer, Layer], ...]:
        """Layers between which a factor can be moved; raises as `read_chain` and `scalable_pairs`."""
        with self._lock:
            return self._layer_pairs

    def propagation_run(self, images: int) -> PropagationRun:
        """The error from operator to operator over the first ``images`` images, as far as it has come."""
        with self._lock:
            if images not in self._runs:
                self._runs[images] = PropagationRun(self.recorder, normalise(self.images[:images]))
                while len(self._runs) > _RUNS:
                    self._runs.popitem(last=False)
            self._runs.move_to_end(images)
            return self._runs[images]

    @property
    def guarantee_run(self) -> GuaranteeRun:
        """The bounds on the effect of rounding, as far as they have come; raises as `GuaranteeRun`."""
        with self._lock:
            return self._guarantee_run

    @cached_property
    def _comparison(self) -> Comparison:
        return compare(self.pair, *self._test_set())

    @cached_property
    def _classifiers(self) -> tuple[Classifier, Classifier]:
        return classifiers(self.pair)

    @cached_property
    def _recorder(self) -> PairRecorder:
        return PairRecorder(self.pair)

    @cached_property
    def _roundings(self) -> dict[str, WeightRounding]:
        return weight_roundings(self.pair)

    @cached_property
    def _layer_pairs(self) -> tuple[tuple[Layer, Layer], ...]:
        return scalable_pairs(read_chain(self.pair.reference))

    @cached_property
    def _guarantee_run(self) -> GuaranteeRun:
        return GuaranteeRun(self.pair, rounding_errors(self.pair), self.images, self._comparison.reference)
