"""Models that are not the tutorial's, as strangers bring them: written by ``tests.networks.make``, kept as files."""

import functools
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from fp16core.tflite.model_file import ModelFile, ModelPair
from tests.helpers.networks.handmade import perceptron
from tests.helpers.places import ROOT

FOLDER = ROOT / "tests" / "networks"

HEAVY = "heavy"
"""Its images grow to 784 megabytes each on the way."""

TOO_LARGE = "too large"
"""Weights of up to 70,000, which the converter clamped."""

NETWORKS = (
    "dense only",
    "two convolutions",
    "softmax",
    "depthwise",
    "batch of 1",
    "batch of 7",
    "transposed",
    "odd constants",
    "residual",
    "recurrent",
)
"""Ordinary ones, of many kinds."""


@dataclass(frozen=True, eq=False)
class Stranger:
    """A model of random weights, both its files by TensorFlow's converter, and Keras's answers.

    Attributes
    ----------
    answers
        Shape (images, 10): what Keras itself computes from the first test images; of none for the heavy one.
    """

    name: str
    reference: ModelFile = field(repr=False)
    target: ModelFile = field(repr=False)
    answers: npt.NDArray[np.float32] = field(repr=False)

    @property
    def pair(self) -> ModelPair:
        """Both files."""
        return ModelPair(self.name, self.reference, self.target)


@functools.cache
def stranger(name: str) -> Stranger:
    """One of `NETWORKS`, the heavy one, or the one of too large weights."""
    reference = ModelFile(kept(name, "reference.tflite"), name)
    target = ModelFile(kept(name, "target.tflite"), f"{name}, half")
    with np.load(FOLDER / "answers.npz") as answers:
        return Stranger(name, reference, target, answers.get(name, np.zeros((0, 10), np.float32)))


def kept(name: str, kind: str) -> bytes:
    """Contents of a network's file; ``kind`` is ``reference.tflite``, ``target.tflite`` or ``keras``."""
    return (FOLDER / f"{name.replace(' ', '_')}.{kind}").read_bytes()


def large_model() -> bytes:
    """A float32 file of 9.8 million bytes of weights, nearly as large as one may be."""
    random = np.random.default_rng(0)
    hidden, last = (random.normal(0, 0.05, shape).astype(np.float32) for shape in ((3_080, 784), (10, 3_080)))
    return perceptron(hidden, last).contents
