"""Folding of a float16 model's DEQUANTIZE operators, and its price."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fp16core.evaluate.comparison import image_logits
from fp16core.numerics.weight_rounding import rounded_reference
from fp16core.runtime.classifier import Classifier
from fp16core.tflite.model_file import ModelPair


@dataclass(frozen=True)
class Folding:
    """The target with the result of each DEQUANTIZE stored in its place, as a float32 constant.

    Attributes
    ----------
    upsampling_operators
        Number of DEQUANTIZE operators that turn stored tensors into float32, before and after.
    size_bytes
        Size of the file, before and after.
    upsampled_bytes
        Memory that the upsampled tensors take at run time.
    images, identical_images
        Number of images run, and of those whose logits are the same bit for bit (NaN equals NaN).
    """

    upsampling_operators: tuple[int, int]
    size_bytes: tuple[int, int]
    upsampled_bytes: int
    images: int
    identical_images: int


def fold_dequantize(pair: ModelPair, images: npt.NDArray[np.uint8], target_logits: npt.NDArray[np.float32]) -> Folding:
    """Fold the target's DEQUANTIZE operators, and run the result.

    Parameters
    ----------
    pair
        Reference and target.
    images : uint8, shape (n, 28, 28)
    target_logits : float32, shape (n, 10)
        The target's on these images.

    Raises
    ------
    ModelFileError, PairError
        As `rounded_reference` and `Classifier`.
    """
    folded = rounded_reference(pair)
    logits = image_logits(Classifier(folded), images)
    same = (logits == target_logits) | (np.isnan(logits) & np.isnan(target_logits))
    before, after = pair.target.graph, folded.graph
    filled = [before.tensors[op.outputs[0]] for op in before.upsampling()]
    return Folding(
        upsampling_operators=(len(before.upsampling()), len(after.upsampling())),
        size_bytes=(before.size_bytes, after.size_bytes),
        upsampled_bytes=sum(4 * int(np.prod(tensor.shape)) for tensor in filled),
        images=len(images),
        identical_images=int(same.all(axis=1).sum()),
    )
