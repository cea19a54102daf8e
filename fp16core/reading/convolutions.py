"""Findings of the good bundled network's convolutions in an image, by which images are compared."""

import threading

import numpy as np
import numpy.typing as npt

from fp16core.data.mnist import normalise
from fp16core.runs.pair import GOOD_NETWORK, load_pair
from fp16core.runtime.digit_interpreter import open_interpreter
from fp16core.runtime.fixed_batch import with_fixed_batch
from fp16core.singleton import singleton
from fp16core.tflite.model_file import ModelFile

_CELLS = 2
_BATCH = 25

Vectors = npt.NDArray[np.float32]


def findings(images: npt.NDArray[np.uint8]) -> Vectors:
    """Strength of each feature in each quarter of the image, as unit vectors.

    The network's last maps are averaged over quarters. The root of these shares is taken: the Euclidean distance of
    two such vectors is √2 times the Hellinger distance of the shares.

    Parameters
    ----------
    images : uint8, shape (n, 28, 28)

    Returns
    -------
    float32, shape (n, 256)
        All zeros for an image in which nothing is found.

    Raises
    ------
    ModelFileError
        If the bundled network was altered, or the runtime fails on it.
    """
    inputs = normalise(images)
    if len(images) < _BATCH:
        return np.concatenate([_quarters(_one_by_one().maps(each[None])) for each in inputs])
    # Many images come once in a while: their interpreter need not stay.
    many = _Convolutions(_BATCH)
    padded = np.concatenate([inputs, np.zeros((-len(inputs) % _BATCH, *inputs.shape[1:]), np.float32)])
    batches = (padded[start : start + _BATCH] for start in range(0, len(padded), _BATCH))
    return np.concatenate([_quarters(many.maps(batch)) for batch in batches])[: len(images)]


class _Convolutions:
    """The network up to its last maps, for batches of one size; thread-safe."""

    def __init__(self, batch: int) -> None:
        self._lock = threading.Lock()
        self._interpreter = open_interpreter(_cut_off(batch).contents, preserve_all_tensors=False)
        self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._output = self._interpreter.get_output_details()[0]["index"]

    def maps(self, inputs: npt.NDArray[np.float32]) -> Vectors:
        """The maps, shape (batch, rows, columns, features)."""
        with self._lock:
            self._interpreter.set_tensor(self._input, inputs)
            self._interpreter.invoke()
            maps: Vectors = self._interpreter.get_tensor(self._output)
        return maps


@singleton
def _one_by_one() -> _Convolutions:
    return _Convolutions(1)


def _cut_off(batch: int) -> ModelFile:
    """The good network's float32 model, ending where its convolutions do."""
    model = load_pair(GOOD_NETWORK).reference
    pools = [operator for operator in model.graph.operators if operator.name == "MAX_POOL_2D"]
    return with_fixed_batch(model, batch, pools[-1].outputs[0])


def _quarters(maps: Vectors) -> Vectors:
    rows, columns = (np.array_split(np.arange(length), _CELLS) for length in maps.shape[1:3])
    means = [
        maps[:, row[0] : row[-1] + 1, column[0] : column[-1] + 1].mean((1, 2)) for row in rows for column in columns
    ]
    roots = np.sqrt(np.concatenate(means, axis=1))
    return np.asarray(roots / np.maximum(np.linalg.norm(roots, axis=1, keepdims=True), 1e-6))
