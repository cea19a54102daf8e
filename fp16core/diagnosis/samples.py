"""Samples: complete inputs of a model, and where their values come from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.generic]


@dataclass(frozen=True, eq=False)
class Samples:
    """Inputs that a model is diagnosed with; each sample is one full set of inputs.

    Attributes
    ----------
    arrays
        An array for each input of the model, in the file's order, by its name: the first axis counts samples, the
        others are the input's whole shape, in the input's dtype.
    origins
        Origin of each input's values, in words, by the same names.
    labels
        Name of each sample: ``"zeros"``, ``"random values 2"``, ``"sample 3 of inputs.npz"``.
    are_real
        True if the user gave them.
    """

    arrays: Mapping[str, Array] = field(repr=False)
    origins: Mapping[str, str]
    labels: tuple[str, ...]
    are_real: bool

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, place: int) -> tuple[Array, ...]:
        """Inputs of one sample, in the order of the file's inputs."""
        return tuple(values[place] for values in self.arrays.values())

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """Shape of each input, in the order of the file's inputs."""
        return tuple(values.shape[1:] for values in self.arrays.values())
