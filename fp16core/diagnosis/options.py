"""Options of a diagnosis."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fp16core.tflite.model_file import ModelFile

Progress = Callable[[str, float], None]
"""Called with the step that begins, and the share of the work done; whatever it raises ends the diagnosis."""


def no_progress(_step: str, _done: float) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True)
class DiagnosisOptions:
    """Declarations of the user about a model, and the parts of the diagnosis that are asked for.

    Inputs and outputs are named by their tensor's name, or by the name in the file's signature.

    Attributes
    ----------
    inputs
        Path or contents of an ``.npz`` archive with an array for each input, first axis samples; `None` if values are
        made up.
    ranges
        Lowest and highest value of made-up inputs, by input.
    shapes
        Whole shape of an input, by input, for dimensions that the file leaves open.
    classes
        Outputs whose largest place is the answer.
    tolerances
        Largest error that is accepted, by output.
    target
        The float16 file that the user has; `None`: one is made.
    wants_cure
        Also try cures.
    gpu
        Also compute on the GPU.
    timing
        Also measure load time, memory and latency.
    """

    inputs: Path | bytes | None = field(default=None, repr=False)
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    classes: tuple[str, ...] = ()
    tolerances: Mapping[str, float] = field(default_factory=dict)
    target: ModelFile | None = None
    wants_cure: bool = False
    gpu: bool = False
    timing: bool = False
