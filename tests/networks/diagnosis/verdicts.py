"""The right verdict on each network of this folder: derived by hand, and held against NumPy by the test beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from tests.helpers.networks.graphs import Graph
from tests.helpers.places import ROOT
from tests.networks.diagnosis.networks import NETWORKS, ROWS

FOLDER = ROOT / "tests" / "networks" / "diagnosis"

Inputs = dict[str, npt.NDArray[np.generic]]


@dataclass(frozen=True)
class Right:
    """Findings that a diagnosis of a network must come to, whatever inputs within their ranges it makes up.

    Tensors are named; the operator meant is the one that computes the tensor.

    Attributes
    ----------
    why
        In words.
    first_overflow
        First tensor of float32 values beyond every float16 number; of those that reach an output, if any does.
    reaches_output
        True if that overflow changes an output.
    breaking_constant
        Constant that float16 turns into an infinity or into 0, which changes an output.
    breaks_at
        First tensor computed in float16 that makes an output useless: NaN, infinite, or nothing but noise.
    needs_constants
        True if that happens only for some inputs, constants and zeros among them, not for random ones.
    breaks_when_stored
        True if the file that LiteRT Quantizer writes gives useless results in float32 arithmetic, too.
    subnormal
        Tensors with subnormal float16 values for some inputs, and no worse.
    has_control
        False if LiteRT's compiled model does not give the interpreter's results, even in float32.
    has_old_codes
        True if converters find no operator codes where they look.
    kept_kinds
        Operators whose tables or matrices LiteRT Quantizer leaves in float32.
    ranges
        Ranges of inputs other than −1 to 1.
    """

    why: str
    first_overflow: str | None = None
    reaches_output: bool = False
    breaking_constant: str | None = None
    breaks_at: str | None = None
    needs_constants: bool = False
    breaks_when_stored: bool = False
    subnormal: tuple[str, ...] = ()
    has_control: bool = True
    has_old_codes: bool = False
    kept_kinds: tuple[str, ...] = ()
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)


RIGHT = {
    "mask_1e30": Right(
        "0 · −∞ is NaN wherever the mask hides nothing",
        first_overflow="far",
        reaches_output=True,
        breaking_constant="minus_1e30",
        breaks_at="far",
        ranges={"keep": (0, 1)},
    ),
    "mask_1e9": Right("softmax gives 0 for −1e9 and for −∞", first_overflow="masked"),
    "squares": Right(
        "squares of some hundreds are infinite, and what is divided by their root is 0",
        first_overflow="squared",
        reaches_output=True,
        breaks_at="squared",
    ),
    "block_sum": Right(
        "a sum over 4,096 pixels is infinite", first_overflow="total", reaches_output=True, breaks_at="total"
    ),
    "layer_norm": Right("1e-6 is subnormal in float16, and still positive", subnormal=("shifted",)),
    "instance_norm": Right(
        "1e-8 is 0 in float16: 1/√0 is infinite where the variance is 0",
        breaking_constant="epsilon",
        breaks_at="factor",
        needs_constants=True,
    ),
    "batch_norm": Right("0 · ∞ is NaN: a factor of 1e6 is infinite", breaking_constant="factors", breaks_at="scaled"),
    "embeddings": Right("nothing is large or small", kept_kinds=("GATHER",)),
    "lstm": Right(
        "nothing is large or small; the compiled model takes no states",
        has_control=False,
        kept_kinds=("UNIDIRECTIONAL_SEQUENCE_LSTM",),
    ),
    "loop": Right("nothing is large or small"),
    "passthrough": Right("an output that is an input is not filled by the compiled model", has_control=False),
    "old_codes": Right("nothing is large or small", has_old_codes=True),
    "large_weights": Right(
        "weights of 100,000 are infinite once they are cast",
        breaking_constant="large_weights",
        breaks_at="large",
        breaks_when_stored=True,
    ),
}
"""By name; in all other respects nothing is to be found."""

HALF_LIMIT = 65_520
"""The smallest magnitude that rounds to infinity in float16."""

USELESS_DB = 10
"""Below this signal-to-noise ratio an output is noise."""


def contents(name: str) -> bytes:
    """Contents of a network's file."""
    return (FOLDER / f"{name}.tflite").read_bytes()


def samples(name: str) -> dict[str, Inputs]:
    """Inputs of a network by their kind: random ones, zeros, and both ends of their ranges."""
    graph, random = NETWORKS[name](), np.random.default_rng(0)
    found: dict[str, Inputs] = {"random": {}, "zeros": {}, "low": {}, "high": {}}
    for index in graph.inputs:
        example, key = graph.values[index], graph.names[index]
        if example.dtype == np.int32:
            low, high = 0.0, ROWS - 1.0
            found["random"][key] = random.integers(0, ROWS, example.shape, np.int32)
        else:
            low, high = RIGHT[name].ranges.get(key, (-1.0, 1.0))
            found["random"][key] = random.uniform(low, high, example.shape).astype(np.float32)
        for kind, value in (("zeros", 0), ("low", low), ("high", high)):
            found[kind][key] = np.full_like(example, value)
    return found


def half(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float16]:
    """Numbers rounded to float16, infinite beyond its range."""
    with np.errstate(over="ignore"):
        return values.astype(np.float16)


def output_snr_db(
    graph: Graph, inputs: Mapping[str, npt.NDArray[np.generic]], computed: Mapping[str, npt.NDArray[np.generic]]
) -> float:
    """Signal-to-noise ratio of the outputs against float64; minus infinity if one of them is not finite."""
    exact, worst = graph.computed(inputs), np.inf
    for name in (graph.names[index] for index in graph.outputs):
        error = computed[name].astype(np.float64) - exact[name]
        if not np.isfinite(error).all():
            return -np.inf
        if error.any():
            worst = min(worst, 10 * np.log10(np.square(exact[name]).sum() / np.square(error).sum()))
    return float(worst)
