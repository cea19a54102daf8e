"""Every term of the dashboard, with its definition: the one source for hints, reports and the glossary's page."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """A term and its definition.

    Attributes
    ----------
    name
        The term, in the singular.
    definition
        One to three sentences.
    group
        Heading under which the glossary lists it.
    also
        Other names, abbreviations and symbols.
    source
        Standard or paper that defines it, if any.
    """

    name: str
    definition: str
    group: str
    also: tuple[str, ...] = ()
    source: str = ""

    @property
    def slug(self) -> str:
        """The name as an anchor of an address: ``wilson-interval``."""
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")


_DEFINITIONS: Mapping[str, Mapping[str, str]] = {
    "Two models": {
        "reference": "The model with float32 weights, which everything is measured against.",
        "target": "The model with float16 weights. Every delta is target − reference.",
        ".tflite": "File format of LiteRT, formerly TensorFlow Lite: a network’s operators and its numbers in one "
        "file.",
        "pair": "A reference and a target that hold the same network.",
        "quantization": "Storing numbers in fewer bits. float16 quantization rounds each weight to a float16 number.",
        "dynamic quantization": "Weights stored as 8-bit integers; activations become integers while the model runs.",
        "weight-only quantization": "Weights stored as integers of 8 or 4 bits and turned back into float32 before "
        "use.",
        "upsampling": "Turning stored float16 weights back into float32 numbers, which is exact, before they are used.",
        "SHA-256": "A fingerprint of bytes: files with equal fingerprints are equal.",
        "MNIST": "70,000 images of handwritten digits, 28 × 28 pixels each: 60,000 to train on, 10,000 to test with.",
    },
    "The network": {
        "weight": "A number that training has found. A network multiplies its inputs by its weights.",
        "bias": "A number that a layer adds to each of its results. Training finds it along with the weights.",
        "parameter": "A weight or a bias.",
        "tensor": "An array of numbers of any dimension: the weights of a layer, or the numbers between two operators.",
        "kernel": "The small array of weights that a convolution moves across its input.",
        "layer": "One stage of the network as its code names it, such as a convolution with its weights.",
        "operator": "One step of the network as its file lists it: a convolution, a pooling, a weighted sum.",
        "channel": "The results of one kernel at all positions, shown as a picture.",
        "activation": "A number that an operator computes from an image.",
        "logit": "The model’s raw score of a digit. The digit with the largest logit is the answer.",
        "softmax": "Function that turns logits into positive numbers with the sum 1, called probabilities.",
        "probability": "A logit after softmax: the model’s confidence in a digit, from 0 to 1.",
    },
    "Answers": {
        "top-1 answer": "The digit with the largest logit.",
        "margin": "The reference’s largest logit minus its second largest. Only a logit change of at least half the "
        "margin can change an answer.",
        "accuracy": "Share of the test images whose digit a model names.",
        "changed answer": "An image on which the two models name different digits, for better or worse.",
        "logit change": "Target’s logit minus the reference’s, for the same image and digit.",
        "flip factor": "The factor k at which reference logits + k × (target − reference) first name another digit. "
        "At 1 or below, float16 has changed the answer.",
        "rival": "The digit that the answer changes to once float16’s error is enlarged by the flip factor.",
        "confusion matrix": "Counts of images by true digit and by the digit that a model names.",
        "proven": "Interval arithmetic shows that no weights within the rounding errors, whatever the sign of each "
        "error, can change the answer.",
        "interval arithmetic": "Computing with lower and upper limits instead of numbers, so that the true result "
        "lies between them.",
    },
    "Formats": {
        "float32": "Number of 32 bits: a sign, 8 exponent bits and 23 mantissa bits. It has 24 significant bits, "
        "about 7 decimal digits, and reaches up to 3.4 × 10³⁸.",
        "float16": "Number of 16 bits: a sign, 5 exponent bits and 10 mantissa bits. It has 11 significant bits, "
        "about 3 decimal digits, reaches up to 65,504, and down to 2⁻¹⁴ in full precision.",
        "bfloat16": "Number of 16 bits with 8 exponent bits and 7 mantissa bits: float32’s range with 8 significant "
        "bits.",
        "TF32": "NVIDIA’s format for matrix products: float32’s 8 exponent bits and float16’s 10 mantissa bits.",
        "FP8": "Two formats of 8 bits: E4M3 reaches up to 448 with 4 significant bits, E5M2 up to 57,344 with 3.",
        "sign bit": "The first bit of a number: 1 if it is negative.",
        "exponent": "Bits that give a number’s magnitude: the power of two at or below it.",
        "mantissa": "Bits that give a number’s position between two powers of two.",
        "significand": "The mantissa with the leading 1 that is not stored. float16 has 11 significant bits, float32 "
        "24.",
        "normal number": "A number whose significand starts with the leading 1 that is not stored.",
        "subnormal": "So close to 0 that the leading 1 is missing and fewer significant bits remain; in float16, "
        "below 2⁻¹⁴.",
        "infinity": "The value that stands for every result beyond the largest number of a format.",
        "NaN": "Not a number: the result of an operation without a value, such as ∞ − ∞. A logit that is NaN is no "
        "answer.",
        "exact": "Stored without any rounding error.",
    },
    "Rounding": {
        "rounding": "Replacing a number by the nearest one that the format has.",
        "tie": "A number exactly halfway between two neighbours of a format. It is rounded to the neighbour whose "
        "last bit is 0.",
        "carry": "Rounding up a mantissa of ones only: the next power of two follows, and the exponent grows by 1.",
        "rounding error": "A float16 weight minus the float32 weight that it was rounded from.",
        "relative error": "The error divided by the number itself.",
        "ULP": "Unit in the last place: the distance from a number to the next one of its format.",
        "underflow": "A number other than 0 becomes 0, because it is too small for the format.",
        "overflow": "A number becomes infinite, because it is too large for the format. For float16 that begins at "
        "65,520.",
        "clamp": "Storing the largest number of a format in place of anything beyond it.",
    },
    "Size of an error": {
        "SNR": "Signal-to-noise ratio: the size of numbers relative to the size of their error, in decibels.",
        "decibel": "Unit for ratios: 20 more mean 10 times as large, and 6 more one significant bit. At 60 dB, "
        "numbers are 1,000 times as large as their error.",
        "RMS": "Root of the mean square: a typical size of many numbers, whatever their signs.",
        "cosine similarity": "1 if two lists of numbers, as vectors, point in the same direction, whatever their "
        "lengths.",
    },
    "Statistics": {
        "95 % interval": "Range in which the value on other images of this kind would plausibly lie.",
        "Wilson interval": "The 95 % interval of a share, such as the accuracy, which stays between 0 and 1.",
        "McNemar test": "Test of whether the images that only one of two models reads right are split between them as "
        "by the toss of a coin; exact.",
        "equivalence test": "Two one-sided t-tests that a mean difference lies within a margin, either way. Shown if "
        "both p-values are below 0.05.",
        "Poisson interval": "The exact 95 % interval of the rate of rare events that do not depend on each other.",
        "bootstrap interval": "Interval from drawing the same trainings again and again, with repetition, and "
        "computing the number each time: 95 % of these lie within it.",
        "standard deviation": "Typical distance of values from their mean: the root of the mean square of all "
        "distances.",
        "p-value": "Probability that chance alone would make at least such a difference. Below 0.05, a difference is "
        "unlikely to be chance.",
        "point": "Percentage point: from 96 % to 95 % is −1 point.",
        "median": "The middle value: half of all values lie below it.",
        "quartile": "A quarter of all values lie below the first, a quarter above the third.",
        "histogram": "Bars that count how many values lie in each interval.",
    },
    "Running a model": {
        "LiteRT": "Google’s library that runs .tflite files, formerly TensorFlow Lite.",
        "DEQUANTIZE": "Operator that turns stored float16 weights into float32 numbers.",
        "delegate": "Part of LiteRT that takes over operators and computes them in its own way, such as XNNPACK.",
        "XNNPACK": "Library of fast operators for CPUs, and LiteRT’s default delegate.",
        "reference kernels": "LiteRT’s plain implementation of each operator, written to be right rather than fast.",
        "mode of execution": "The processor that runs a model and the arithmetic that it uses there.",
        "float16 arithmetic": "Computing in float16, not only storing weights in it. Products, sums and activations "
        "are rounded, too.",
        "GPU": "Graphics processor. Many of them can compute in float16.",
        "software driver": "Program that imitates a GPU on the CPU: the numbers are real, the speed is not a GPU’s.",
        "latency": "Time from handing over the input to having the output.",
        "batch": "Images that are computed together in one run or one step of training.",
        "control": "The float32 file timed against a second copy of itself. Whatever differs there is noise.",
    },
    "Training": {
        "epoch": "One pass of training over all training images.",
        "loss": "What training makes small: the mean of −ln of the probability that the model gives to the true digit.",
        "seed": "Number that fixes all random choices of a training run. Another seed gives another model.",
        "gradient": "Direction in which the loss grows fastest when the weights change.",
        "optimizer": "Rule by which the weights follow the gradient.",
        "learning rate": "Length of each step of training. If it is too long, the loss grows instead of falling.",
    },
}
"""Definitions by term and by group, in the order in which the glossary lists them."""

_ALSO: Mapping[str, tuple[str, ...]] = {
    "pair": ("pair of models",),
    "dynamic quantization": ("dynamic int8",),
    "weight-only quantization": ("weight-only int8", "weight-only int4"),
    "kernel": ("filter",),
    "logit": ("score",),
    "95 % interval": ("confidence interval",),
    "float32": ("binary32", "single precision"),
    "float16": ("binary16", "half precision"),
    "infinity": ("∞",),
    "SNR": ("signal-to-noise ratio",),
    "decibel": ("dB",),
    "ULP": ("unit in the last place",),
    "RMS": ("root mean square",),
    "point": ("percentage point",),
    "rounding": ("round half to even",),
    "clamp": ("saturate",),
    "proven": ("guarantee",),
    "latency": ("time per image",),
    "optimizer": ("optimiser",),
}

_SOURCES: Mapping[str, str] = {
    "float32": "IEEE 754-2019",
    "float16": "IEEE 754-2019",
    "FP8": "OCP 8-bit Floating Point Specification, 2023",
    "95 % interval": "for a change of accuracy: A. Agresti and Y. Min, 2005",
    "Wilson interval": "E. B. Wilson, 1927",
    "McNemar test": "Q. McNemar, 1947",
}

GLOSSARY = tuple(
    Term(name, definition, group, _ALSO.get(name, ()), _SOURCES.get(name, ""))
    for group, definitions in _DEFINITIONS.items()
    for name, definition in definitions.items()
)
"""All terms, by group."""

_BY_NAME = {name: term for term in GLOSSARY for name in (term.name, *term.also)}


def term(name: str) -> Term:
    """Return the term of this name.

    Raises
    ------
    KeyError
        If the glossary has no such term.
    """
    return _BY_NAME[name]


def grouped(terms: Iterable[Term] = GLOSSARY) -> dict[str, list[Term]]:
    """Terms by their group, in the given order."""
    groups: dict[str, list[Term]] = {}
    for each in terms:
        groups.setdefault(each.group, []).append(each)
    return groups
