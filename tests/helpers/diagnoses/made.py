"""Diagnoses made by hand, for tests of what shows them."""

import math
from dataclasses import replace

import numpy as np

from fp16core.diagnosis.outcome import Cure, CureStep, Diagnosis, OperatorReading, Part, PlacementVerdict
from fp16core.diagnosis.results import (
    ArithmeticVerdict,
    CastFile,
    CastTensor,
    FileVerdict,
    Finding,
    KindCast,
    OperatorError,
    OperatorRange,
    OutputError,
    RangeVerdict,
)
from fp16core.numerics.histograms import Histogram
from fp16core.tflite.purposes import PURPOSES
from fp16core.tflite.size_account import SizeAccount

KINDS = ("FULLY_CONNECTED", "MUL", "SUM", "ADD", "SHAPE", "SOFTMAX")


def reading(operator: int, reads: tuple[int, ...], **changed: object) -> OperatorReading:
    """An operator that computes eight numbers, but for what is changed."""
    histogram = Histogram(np.linspace(-1, 1, 5), np.array([1, 2, 3, 2]))
    usual = OperatorReading(
        operator, KINDS[operator], reads, (), (), f"t{operator}", (1, 8), False, histogram, (0.75, 1e-6)
    )
    return replace(usual, **changed)  # type: ignore[arg-type]


GRAPH = (
    reading(0, (), inputs=("x",), tensor="dense/kernel", shape=(8, 8), are_weights=True),
    reading(1, (0,)),
    reading(2, (1,)),
    reading(3, (0, 2)),
    reading(4, (3,), histogram=None, examples=()),
    reading(5, (3,), outputs=("y",)),
)
"""A branch (0 → 1 → 2) that meets what it left (0 → 3), and an operator without floating-point results."""


def range_of(operator: int, **changed: object) -> OperatorRange:
    """Range of an operator that fits, but for what is changed."""
    usual = OperatorRange(
        operator, KINDS[operator], f"t{operator}", -3.0, 4.0, 0.001, "", 0.0, False, 0.0, 0.0, 0, False
    )
    return replace(usual, **changed)  # type: ignore[arg-type]


def error_of(operator: int, **changed: object) -> OperatorError:
    """Error of an operator of 60 dB, but for what is changed."""
    usual = OperatorError(operator, KINDS[operator], f"t{operator}", 60.0, 0.002, 0, True)
    return replace(usual, **changed)  # type: ignore[arg-type]


RANGES = (
    range_of(0, high=500.0),
    range_of(1, high=90_000.0, overflows=True, reaches_output=True),
    range_of(2, intermediate="sum of squares", intermediate_largest=2e6, overflows=True, reaches_output=True),
    range_of(3, subnormal_share=0.2, smallest=1e-6),
    range_of(5, low=-1e30, high=0.0, overflows=True),
)

ERRORS = (
    error_of(0),
    error_of(1, snr_db=math.nan, not_finite=3),
    error_of(2, snr_db=30.0, is_float16=False),
    error_of(3, snr_db=12.0),
    error_of(5, snr_db=math.inf, max_abs_error=0.0),
)

ACCOUNT = SizeAccount(
    dict.fromkeys(PURPOSES, 0) | {"weights": 400, "tensors": 600},
    dict.fromkeys(PURPOSES, 0) | {"weights": 200, "tensors": 640},
    400,
    200,
)


def step(kind: str, sentence: str, size_bytes: int, snr_db: float, **changed: object) -> CureStep:
    """A cure of arithmetic that helps and leaves all results finite, but for what is changed."""
    usual = CureStep(kind, "arithmetic", sentence, (), size_bytes, snr_db, 0, math.nan, 3, True)
    return replace(usual, **changed)  # type: ignore[arg-type]


CURE = Cure(
    Finding.NOTHING_FOUND,
    "Two steps make every output finite.",
    (
        step("none", "The float16 file as it is.", 840, 50.0, disease="file", is_kept=False),
        step("none", "Its arithmetic.", 840, math.nan, not_finite=3, is_kept=False),
        step("clamp", "A constant is clamped to −65,504.", 840, math.nan, not_finite=3, is_kept=False),
        step("rescale", "Operator 1 is scaled by 2⁻⁸.", 900, 58.0, operators=(1, 2)),
        step("together", "All of it.", 900, 58.0),
    ),
    '{"recipe": []}',
)

DIAGNOSIS = Diagnosis(
    "mine.tflite",
    1000,
    Finding.BREAKS,
    "float16 arithmetic breaks this model: MUL, operator 1, reaches 90,000.",
    ("x, float32 1 × 8, random from −1 to 1",),
    8,
    False,
    "",
    FileVerdict(
        Finding.NOTHING_FOUND,
        "LiteRT Quantizer casts all weights.",
        False,
        (
            CastFile(
                "LiteRT Quantizer",
                (KindCast("FULLY_CONNECTED", 64, 0, 0), KindCast("MUL", 0, 8, 32)),
                (CastTensor("dense/kernel", (0,), 64, 0, 0, 1, 2, 0.01),),
                ACCOUNT,
            ),
        ),
        {"TensorFlow's converter": "It reads no .tflite file."},
    ),
    RangeVerdict(Finding.BREAKS, "MUL, operator 1, reaches 90,000, which no float16 number holds.", RANGES, 1),
    (
        ArithmeticVerdict(
            Finding.BREAKS,
            "On the CPU, 3 results of MUL, operator 1, are not finite.",
            "CPU, XNNPACK forced to float16",
            (
                OutputError("y", math.nan, math.nan, 3, 1.0, 8, 5, 0.01),
                OutputError("z", 55.0, 0.004, 0, 1.0, 8, None, None),
            ),
            ERRORS,
        ),
    ),
    PlacementVerdict(
        Finding.NOTHING_FOUND,
        "XNNPACK runs 4 of 6 operators in two parts.",
        {"XNNPACK": (Part((0, 1)), Part((3, 5)))},
        {2: "SUM is not among the operators that it runs", 4: "SHAPE computes no numbers"},
        (),
    ),
    ArithmeticVerdict(
        Finding.NOTHING_FOUND,
        "The float16 file's weights alone leave every output at 50 dB.",
        "weights of the float16 file, float32 arithmetic",
        (OutputError("y", 50.0, 0.003, 0, 1.0, 8, None, None),),
        (),
    ),
    CURE,
    GRAPH,
    {"mine_f16.tflite": bytes(840), "mine_cured.tflite": bytes(900)},
)
