"""Figures of a report, each with a sentence."""

import json
from dataclasses import dataclass, field
from typing import Any

import plotly.graph_objects as go

from fp16core.figures import accuracy, bytes, layers, overview, weights
from fp16core.figures.lab import guarantee
from fp16core.figures.modes import accuracy as runtimes
from fp16core.figures.modes import latency
from fp16core.lab.guarantee import Guarantee
from fp16core.modes.latency import ModeLatency
from fp16core.numerics.propagation import Propagation
from fp16core.numerics.weight_rounding import WeightRounding
from fp16core.report.document import measured_modes
from fp16core.report.findings import Findings
from fp16core.text import bytes_text, count_text, percent_text, small_text
from fp16core.tflite.size_account import size_account

_HEIGHT_PX = 340
"""Height of figures that have another height elsewhere, to match those beside them here."""


@dataclass(frozen=True, eq=False)
class Chart:
    """A figure as a report shows it.

    Attributes
    ----------
    key
        Name of the figure in the file.
    title, sentence
        Title above it, and a caption; plain text.
    alt
        Text alternative.
    figure
        The figure.
    is_wide
        True if it takes the whole width of the page.
    """

    key: str
    title: str
    sentence: str
    alt: str
    figure: go.Figure = field(repr=False)
    is_wide: bool = False

    @property
    def height_px(self) -> int:
        """Height of the drawing."""
        return int(self.figure.layout.height)

    def drawing(self) -> dict[str, Any]:
        """Settings for plotly.js, without the colours of any theme.

        Points are drawn as vectors: WebGL prints as pixels, and compiles code, which the file's policy forbids.
        """
        drawn: dict[str, Any] = json.loads(self.figure.to_json())
        drawn["layout"].pop("template", None)
        for trace in drawn["data"]:
            if trace["type"] == "scattergl":
                trace["type"] = "scatter"
        return drawn


def charts(findings: Findings) -> list[Chart]:
    """Make the figures on bytes, answers, weights and errors."""
    size, beyond_half = _of_bytes(findings)
    accuracies, *answers = _of_answers(findings)
    # In pairs of equal height, for pages with room for two side by side.
    return [accuracies, size, *answers, *_of_weights(findings), *_of_errors(findings), beyond_half]


def mode_charts(findings: Findings) -> list[Chart]:
    """Make the figures on the modes of execution, as far as these were measured."""
    table = measured_modes(findings)
    if table is None:
        return []
    found = []
    if table.runs:
        found.append(
            Chart(
                "logit-changes",
                "How far logits move in each mode",
                f"Against the float32 file on the CPU in float32 arithmetic, on {count_text(table.images, 'image')}. "
                "Missing marks are exactly 0.",
                "Largest and mean logit change of either file by mode",
                runtimes.logit_changes(table),
            )
        )
        if any(run.steps for run in table.runs):
            found.append(
                Chart(
                    "snr-by-mode",
                    "Where the change arises in each mode",
                    "The float16 file, cut off after each operator: the lower a line, the larger the error relative to "
                    "the activations; 6 dB are one bit.",
                    "Signal-to-noise ratio after each operator, by mode",
                    runtimes.snr_by_operator(table),
                )
            )
    if timed := timed_modes(findings):
        found.append(
            Chart(
                "latency-ratios",
                "Is the float16 file faster or slower?",
                "Time of the float16 file divided by that of the float32 file, median and 99 % interval; the files are "
                "called alternately in random order. The control is the float32 file against itself: a difference "
                "counts only if it is farther from 1 than the control reaches.",
                "Time of the float16 file as a multiple of the float32 file's, with intervals, and a control",
                latency.latency_ratios(timed),
                is_wide=True,
            )
        )
    return found


def timed_modes(findings: Findings) -> list[ModeLatency]:
    """Modes that were timed."""
    return list(findings.evidence.runtimes.latencies.values())


def _of_bytes(findings: Findings) -> list[Chart]:
    account = size_account(*findings.ledgers)
    return [
        Chart(
            "sizes",
            "Where the bytes go",
            f"Coloured: weights and biases, {bytes_text(account.reference_parameter_bytes)} in float32 and "
            f"{bytes_text(account.target_parameter_bytes)} in float16. Grey: the rest of the file, such as the "
            "description of the network, which casting does not shrink.",
            "Bytes of the float32 and the float16 file, split into weights and everything else",
            overview.file_sizes(account),
        ),
        Chart(
            "beyond-half",
            f"Why {percent_text(account.size_share)} and not 50 %",
            f"Excess of the float16 file over half of the float32 file, {bytes_text(account.excess_bytes)}, by cause: "
            "the larger the network, the less it matters.",
            "Bytes of the float16 file beyond half of the float32 file, by cause",
            _as_tall_as_others(bytes.beyond_half(account)),
        ),
    ]


def _of_answers(findings: Findings) -> list[Chart]:
    comparison = findings.comparison
    exposed = int(comparison.exposed.sum())
    found = [
        Chart(
            "accuracies",
            "Accuracy, with its uncertainty",
            "The line is the 95 % interval: other test images of this kind would plausibly give an accuracy on it.",
            "Accuracy of both models with 95 % intervals",
            overview.accuracies(comparison),
        ),
        Chart(
            "per-digit",
            "Accuracy on each digit",
            "Where the two models' 95 % intervals nearly coincide, float16 hardly affects the accuracy on that digit.",
            "Accuracy of both models on each digit, with 95 % intervals",
            accuracy.per_digit(comparison),
        ),
        Chart(
            "confusion-delta",
            "Which mistakes came and went",
            "The float16 model's confusion matrix minus the float32 model's: +1 is an image that only float16 reads "
            "this way, −1 one that only float32 does. An empty cell means no change.",
            "Confusion matrix of the float16 model minus that of the float32 model",
            accuracy.confusion_delta(comparison),
        ),
        Chart(
            "margins",
            "How far float16 is from changing answers",
            f"Each point is one of {count_text(comparison.images, 'test image')}: the farther right, the surer float32 "
            "was; the higher up, the more float16 changed the logits. Below the dashed line, no answer can change; "
            f"{count_text(exposed, 'image lies', 'images lie')} on or above it.",
            "Top-1 margin of every test image against its largest logit change",
            _as_tall_as_others(accuracy.margin_scatter(comparison)),
        ),
    ]
    proof = findings.guarantee
    if isinstance(proof, Guarantee):
        found.append(
            Chart(
                "guarantee",
                "Observed and largest possible changes",
                f"For {percent_text(proof.proven_share)} of the images, interval arithmetic proves that no weights "
                "within the rounding errors can change the answer. Grey: the largest change of a logit that rounding "
                "could have caused; green: the observed change.",
                "Distributions of the largest change of a logit, as observed and at most",
                guarantee.observed_and_possible(comparison, proof),
            )
        )
    return found


def _of_weights(findings: Findings) -> list[Chart]:
    key, tensor = max(findings.roundings.items(), key=lambda item: item[1].reference.size)
    found = [
        Chart(
            "weights",
            f"Weights in both files: {key}",
            f"The largest tensor, {tensor.reference.size:,} {tensor.noun}; the table below lists all. Where the orange "
            "outline leaves the blue bars, rounding moved weights across the edge of a bin.",
            "Histogram of the weights in both files",
            weights.weight_histograms(tensor),
        )
    ]
    if tensor.was_cast:
        found.append(_rounding(key, tensor))
    return found


def _rounding(key: str, tensor: WeightRounding) -> Chart:
    return Chart(
        "rounding-errors",
        f"Rounding error of each weight: {key}",
        f"float16 − float32, at most {small_text(tensor.max_abs_error)}. The larger a weight, the coarser float16's "
        "grid around it.",
        "Histogram of the rounding errors",
        weights.rounding_errors(tensor),
    )


def _of_errors(findings: Findings) -> list[Chart]:
    followed = findings.propagation
    if not isinstance(followed, Propagation):
        return []
    return [
        Chart(
            "layer-errors",
            "The error after each operator",
            f"Over the first {count_text(followed.images, 'image')}: the numbers that the network computes on its way "
            "(blue), and the distance between the two models' numbers (green). The gap between blue and green matters.",
            "Largest and root-mean-square error after each operator, and the size of the numbers themselves",
            layers.step_errors(followed),
        )
    ]


def _as_tall_as_others(figure: go.Figure) -> go.Figure:
    """Copy a figure, as it may also be shown elsewhere, with the height of those beside it."""
    return go.Figure(figure).update_layout(height=_HEIGHT_PX)
