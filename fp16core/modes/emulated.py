"""Emulations that account for a mode's float16 results, and bounds on the error of any float16 result."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fp16core.modes.runs import ModeRun, ModeTable
from fp16core.numerics.arithmetic import FLOAT16_ARITHMETIC
from fp16core.numerics.bounds import bound_logits
from fp16core.numerics.emulation.network import Sums, affordable_images, emulate_each, exact_logits
from fp16core.numerics.emulation.summation import Summation
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.tflite.chain import Layer, read_chain
from fp16core.tflite.model_file import ModelPair
from fp16core.training.recipe import Progress
from fp16core.vocabulary import ModelFileError

IMAGES = 250
"""Images that are emulated at most: sums of float16 numbers one by one take NumPy a millisecond for each."""

_NEARLY_ALL = 0.99
"""Share of equal logits that explains a result: sums in another order show in a few of them."""

WAYS: dict[str, Sums] = {
    "sums in float32, fused multiply-adds from the bias on": (Summation.FLOAT32_FUSED, Summation.FLOAT32_FUSED),
    "sums in float32, rounded once": (Summation.FLOAT32, Summation.FLOAT32),
    "sums in float16, one product after the other": (Summation.SEQUENTIAL, Summation.SEQUENTIAL),
    "sums in float16, dense ones shared by eight threads": (Summation.SEQUENTIAL, Summation.LANES),
    "fused multiply-adds in float16, from the bias on": (Summation.FUSED_FROM_BIAS, Summation.FUSED_FROM_BIAS),
    "fused multiply-adds in float16, the bias last": (Summation.FUSED, Summation.FUSED),
    "fused multiply-adds in float16, the bias last, dense sums shared by eight threads": (
        Summation.FUSED,
        Summation.FUSED_LANES,
    ),
    "fused multiply-adds in float16, from the bias on, dense sums shared by eight threads": (
        Summation.FUSED_FROM_BIAS,
        Summation.FUSED_LANES_FROM_BIAS,
    ),
    "sums in float16, dense ones in fours": (Summation.SEQUENTIAL, Summation.FOURS),
    "sums in float16, dense ones in fours, shared by 32 threads": (Summation.SEQUENTIAL, Summation.FOURS_LANES),
}
"""Summation orders, in convolutions and in dense layers; the recordings that ship name hardware that uses them."""


@dataclass(frozen=True)
class Emulated:
    """One way to add up, compared with the results of a mode.

    Attributes
    ----------
    way
        Description of the summation, from `WAYS`.
    exact_share
        Share of the logits that agree bit for bit.
    max_abs_difference
        Largest magnitude of mode − emulation.
    """

    way: str
    exact_share: float
    max_abs_difference: float


@dataclass(frozen=True)
class Accounted:
    """Explanation of a mode's float16 results.

    Attributes
    ----------
    images
        Number of images emulated.
    emulated
        In the order of `WAYS`, up to the first that gives all logits.
    farthest
        Largest distance of a logit from what exact sums of the same rounded weights and pixels give.
    within_bound
        True if each logit lies where float16 arithmetic can bring it, in any order of its sums, with or without
        fused multiply-adds.
    bound
        Half the width of the widest of those intervals. It supposes that all roundings err in the same direction, and
        so excludes little.
    """

    images: int
    emulated: tuple[Emulated, ...]
    farthest: float
    within_bound: bool
    bound: float

    @property
    def best(self) -> Emulated:
        """The way that agrees most."""
        return max(self.emulated, key=lambda found: (found.exact_share, -found.max_abs_difference))

    @property
    def is_predicted(self) -> bool:
        """True if the best of them gives all logits, bit for bit."""
        return self.best.exact_share == 1

    @property
    def is_explained(self) -> bool:
        """True if the best of them gives nearly all logits, bit for bit; otherwise the hardware adds up differently."""
        return self.best.exact_share >= _NEARLY_ALL


def account_for_modes(
    table: ModeTable, pair: ModelPair, images: npt.NDArray[np.float32], on_progress: Progress
) -> dict[ExecutionMode, Accounted | str]:
    """Emulate each run that was computed in float16, or say why that is impossible; parameters as `account_for`."""
    runs = table.float16_runs
    found: dict[ExecutionMode, Accounted | str] = {}
    for place, run in enumerate(runs):

        def report(what: str, done: float, place: int = place) -> None:
            on_progress(what, (place + done) / len(runs))

        try:
            found[run.mode] = account_for(run, pair, images, report)
        except ModelFileError as error:
            found[run.mode] = str(error)
    return found


def account_for(
    run: ModeRun, pair: ModelPair, images: npt.NDArray[np.float32], on_progress: Progress = lambda _what, _done: None
) -> Accounted:
    """Emulate the first images of a run that was computed in float16, in one way after the other until one gives all.

    Parameters
    ----------
    run
        Of the pair.
    pair
        Reference and target.
    images : float32, shape (n, 28, 28)
        The images of the run, or its first ones; `IMAGES` of them are used at most, fewer for a large network.
    on_progress
        Called with the way that is tried next and the fraction done.

    Raises
    ------
    ModelFileError
        If `fp16core.tflite.chain.read_chain` cannot follow the network.
    """
    layers = read_chain(pair.target)
    given = images[: affordable_images(layers, IMAGES)]
    logits = run.target.logits[: len(given)]
    results, emulated = emulate_each(layers, given, WAYS.values()), list[Emulated]()
    for done, way in enumerate(WAYS):
        on_progress(f"emulating {way}", done / len(WAYS))
        emulated.append(_held_against(logits, way, next(results)))
        if emulated[-1].exact_share == 1:
            break
    bounds = bound_logits(layers, layer_rounding_errors(layers), given, FLOAT16_ARITHMETIC)
    return Accounted(
        len(given),
        tuple(emulated),
        float(np.abs(logits - exact_logits(layers, given)).max()),
        bool(np.all((logits >= bounds.low) & (logits <= bounds.high))),
        float((bounds.high - bounds.low).max() / 2),
    )


def _held_against(logits: npt.NDArray[np.float32], way: str, found: npt.NDArray[np.float32]) -> Emulated:
    with np.errstate(invalid="ignore"):
        difference = np.abs(logits.astype(np.float64) - found)
    same = (logits == found) | (np.isnan(logits) & np.isnan(found))
    return Emulated(way, float(same.mean()), float(difference.max()))


def layer_rounding_errors(layers: tuple[Layer, ...]) -> dict[str, npt.NDArray[np.float64]]:
    """Errors of rounding to float16, for weights that are not float16 numbers already."""
    stored = [(x.weights_key, x.weights) for x in layers] + [(x.bias_key, x.bias) for x in layers]
    with np.errstate(over="ignore"):
        return {
            key: np.abs(values.astype(np.float16).astype(np.float64) - values)
            for key, values in stored
            if values is not None
        }
