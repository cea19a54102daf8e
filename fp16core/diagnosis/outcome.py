"""A whole diagnosis: a model, the inputs it was read with, the control, the verdicts, the cures."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fp16core.diagnosis.results import ArithmeticVerdict, FileVerdict, Finding, RangeVerdict


@dataclass(frozen=True)
class Part:
    """A connected part of the graph that one delegate runs as a single node.

    Attributes
    ----------
    operators
        Indices of its operators, in order.
    """

    operators: tuple[int, ...]


@dataclass(frozen=True)
class PlacementVerdict:
    """Verdict 4: where the float16 file runs.

    Attributes
    ----------
    finding, sentence
        Outcome, and in words.
    parts
        Parts by delegate (``"XNNPACK"``, a GPU's adapter); operators in none run in LiteRT's own kernels.
    breaks
        Operators, by index, that split the graph, each with the reason in words.
    dequantize_operators
        DEQUANTIZE operators that are left at run time, not folded into a delegate.
    load_ms, copy_bytes, latency_us
        Time to load, resident memory of one more copy, median time of a call, by file (``"reference"``,
        ``"target"``); empty if they were not measured.
    latency_ratio
        Target over reference with a 99 % interval (low, middle, high), if measured.
    """

    finding: Finding
    sentence: str
    parts: Mapping[str, tuple[Part, ...]]
    breaks: Mapping[int, str]
    dequantize_operators: tuple[int, ...]
    load_ms: Mapping[str, float] = field(default_factory=dict)
    copy_bytes: Mapping[str, float] = field(default_factory=dict)
    latency_us: Mapping[str, float] = field(default_factory=dict)
    latency_ratio: tuple[float, float, float] | None = None


@dataclass(frozen=True)
class CureStep:
    """One cure that was tried and measured.

    Attributes
    ----------
    kind
        ``"codes"``, ``"float32 operators"``, ``"clamp"``, ``"rescale"``.
    disease
        What it is meant for: ``"file"`` (storage of the weights) or ``"arithmetic"``.
    sentence
        In words.
    operators
        Operators concerned, by index.
    size_bytes
        Size of the file after it.
    snr_db, not_finite
        Of the worst output after it: storage for ``"file"``, float16 arithmetic for ``"arithmetic"``.
    is_kept
        True if it helped and is part of the cured file.
    """

    kind: str
    disease: str
    sentence: str
    operators: tuple[int, ...]
    size_bytes: int
    snr_db: float
    not_finite: int
    is_kept: bool


@dataclass(frozen=True)
class Cure:
    """Cures, in the order they were tried; ``steps[0]`` is the untreated float16 file (kind ``"none"``).

    Attributes
    ----------
    finding, sentence
        Outcome after the cure, and in words.
    steps
        What was tried.
    recipe
        Recipe that LiteRT Quantizer reads, as JSON text.
    """

    finding: Finding
    sentence: str
    steps: tuple[CureStep, ...]
    recipe: str


@dataclass(frozen=True)
class Diagnosis:
    """Everything found about a model.

    Attributes
    ----------
    name, size_bytes
        Name and size of the file.
    inputs
        Inputs in words, each with its shape and where its values come from.
    samples, has_real_inputs
        Samples it was read with; true if the user gave them.
    control
        Why no verdict on arithmetic follows; empty if LiteRT's compiled model gives the interpreter's float32 results.
    file, range, arithmetic, placement
        The verdicts; one on arithmetic for each device.
    cure
        Cures, if they were asked for.
    """

    name: str
    size_bytes: int
    inputs: tuple[str, ...]
    samples: int
    has_real_inputs: bool
    control: str
    file: FileVerdict
    range: RangeVerdict
    arithmetic: tuple[ArithmeticVerdict, ...]
    placement: PlacementVerdict
    cure: Cure | None = None
