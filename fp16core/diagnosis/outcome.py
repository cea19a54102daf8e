"""A whole diagnosis: a model, the inputs it was read with, the control, the verdicts, the cures."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fp16core.diagnosis.file_results import FileVerdict
from fp16core.diagnosis.finding import Finding
from fp16core.diagnosis.results import ArithmeticVerdict, RangeVerdict
from fp16core.numerics.histograms import Histogram


@dataclass(frozen=True)
class Part:
    """A connected part of the graph that one delegate runs as a single node.

    Attributes
    ----------
    operators
        Indices of its operators in the float32 file, in order.
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
        Operators, by index, that a delegate does not take and that split the graph, each with the reason in words.
    dequantize_operators
        DEQUANTIZE operators that are left at run time, not folded into a delegate: by index in the float16 file.
    load_ms, copy_bytes, latency_us
        Time to load, resident memory of one more copy, median time of a call, by file (``"reference"``,
        ``"target"``, and ``"control"``, the reference once more); empty if they were not measured.
    latency_ratio, latency_control
        Target over reference, and control over reference, with a 99 % interval (low, middle, high), if measured.
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
    latency_control: tuple[float, float, float] | None = None


@dataclass(frozen=True)
class CureStep:
    """One cure that was tried and measured.

    Float32 *weights* do not cure float16 *arithmetic*: SNR is of the disease that the cure is meant for.

    Attributes
    ----------
    kind
        ``"none"``, ``"codes"``, ``"float32 operators"``, ``"clamp"``, ``"rescale"``, ``"epsilon"``, or ``"together"``
        for all that was kept.
    disease
        Disease that it is meant for: ``"file"`` (storage of the weights) or ``"arithmetic"``.
    sentence
        In words.
    operators
        Operators concerned, by index in the untreated file.
    size_bytes
        Size of the float16 file with it.
    snr_db, not_finite
        Of the worst output with it: as the file stores the weights for ``"file"``, in float16 arithmetic on the worst
        device for ``"arithmetic"``; negative infinity where it was not measured, for the reason in the sentence.
    snr_before_db, not_finite_before
        The same without it.
    is_kept
        True if it is part of the cured file: it helped, and enough for its bytes.
    devices
        SNR by device, for ``"arithmetic"``.
    """

    kind: str
    disease: str
    sentence: str
    operators: tuple[int, ...]
    size_bytes: int
    snr_db: float
    not_finite: int
    snr_before_db: float
    not_finite_before: int
    is_kept: bool
    devices: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Cure:
    """Cures, in the order they were tried.

    Attributes
    ----------
    finding, sentence
        Outcome after the cure, and in words.
    steps
        Everything tried: the first is the untreated float16 file (kind ``"none"``), another of this kind the untreated
        arithmetic, the last all that was kept.
    recipe
        Recipe that LiteRT Quantizer reads, as JSON text: it makes the cured float16 file of the cured float32 file.
    kept_operators
        Operators whose weights it leaves in float32, by index in the untreated file.
    """

    finding: Finding
    sentence: str
    steps: tuple[CureStep, ...]
    recipe: str
    kept_operators: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class OperatorReading:
    """One operator of the graph, as a picture of the graph shows it.

    Attributes
    ----------
    operator, kind
        Index and kind.
    reads
        Operators whose results it reads, by index; those that upsample weights are not among the readings.
    inputs, outputs
        Names of the model's inputs that it reads, and of the model's outputs that it computes.
    tensor, shape
        Name and shape of the tensor that the following numbers are of: its largest weights, otherwise what it computes.
    are_weights
        True if these are weights.
    histogram
        Histogram of the finite numbers; `None` if there are none.
    examples
        Numbers of it whose bits are worth a look: the largest, the smallest nonzero one, the one whose relative
        rounding error in float16 is largest.
    """

    operator: int
    kind: str
    reads: tuple[int, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    tensor: str
    shape: tuple[int, ...]
    are_weights: bool
    histogram: Histogram | None
    examples: tuple[float, ...]


@dataclass(frozen=True)
class Diagnosis:
    """Everything found about a model.

    Attributes
    ----------
    name, size_bytes
        Name and size of the file.
    finding, sentence
        Outcome of everything together, and in words.
    inputs
        Inputs in words, each with its shape and where its values come from.
    samples, has_real_inputs
        Samples it was read with; true if the user gave them.
    control
        Why no verdict on arithmetic follows; empty if LiteRT's compiled model gives the interpreter's float32 results.
    file, range, arithmetic, placement
        The verdicts; one on arithmetic for each device.
    storage
        Errors that the float16 file's weights cause alone, in float32 arithmetic; `None` if there is no such file.
    cure
        Cures, if they were asked for.
    graph
        Operators of the main graph, in order.
    files
        Files that were made on the way, by file name (``"model_f16.tflite"``): for downloads, not in the document.
    """

    name: str
    size_bytes: int
    finding: Finding
    sentence: str
    inputs: tuple[str, ...]
    samples: int
    has_real_inputs: bool
    control: str
    file: FileVerdict
    range: RangeVerdict
    arithmetic: tuple[ArithmeticVerdict, ...]
    placement: PlacementVerdict
    storage: ArithmeticVerdict | None = None
    cure: Cure | None = None
    graph: tuple[OperatorReading, ...] = field(default=(), repr=False)
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
