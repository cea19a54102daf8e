"""Findings on a visitor's GPU: its answers against the server's, its sums against emulations, its times."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from fp16core.evaluate.comparison import Comparison
from fp16core.evaluate.evaluation import Evaluation
from fp16core.json_text import nonfinite_as_null
from fp16core.modes.emulated import WAYS
from fp16core.modes.measured import MeasuredPair, document_header
from fp16core.numerics.emulation.network import affordable_images, emulate_each
from fp16core.numerics.emulation.summation import Summation
from fp16core.tflite.chain import Layer
from fp16core.webgpu.answer import IDENTIFIED, GpuAnswer
from fp16core.webgpu.wgsl import Adding, Precision

Logits = npt.NDArray[np.float32]

CANDIDATES = {
    way: sums
    for way, sums in WAYS.items()
    if sums[0] is sums[1] and sums[0] in (Summation.SEQUENTIAL, Summation.FUSED, Summation.FLOAT32)
}
"""Ways in which a driver may compute our shaders: as they are written, with operations fused, or without float16."""


@dataclass(frozen=True)
class Agreement:
    """The emulation that agrees best with one way to write sums.

    Attributes
    ----------
    adding
        The way they are written.
    way
        The emulation, from `fp16core.modes.emulated.WAYS`.
    exact_share
        Share of the logits that agree bit for bit.
    images
        Images compared.
    """

    adding: Adding
    way: str
    exact_share: float
    images: int


@dataclass(frozen=True, eq=False)
class GpuFindings:
    """Results of a visitor's GPU with the active pair's float16 file.

    Attributes
    ----------
    answer
        Of the browser.
    comparisons
        By precision: the server's logits of the same file in float32, and the GPU's.
    agreements
        For each way to write sums in float16; none if nothing was emulated.
    """

    answer: GpuAnswer
    comparisons: dict[Precision, Comparison]
    agreements: tuple[Agreement, ...]

    @property
    def is_predicted(self) -> bool:
        """True if emulations give all logits in float16, bit for bit."""
        return bool(self.agreements) and all(found.exact_share == 1 for found in self.agreements)

    def median_ms(self, precision: Precision) -> float | None:
        """Median time of a pass; `None` if it was not timed."""
        times = self.answer.times_ms.get(precision, ())
        return float(np.median(times)) if times else None


def emulated_ways(layers: Sequence[Layer], images: npt.NDArray[np.float32]) -> dict[str, Logits]:
    """Logits of the first images by each of `CANDIDATES`.

    Parameters
    ----------
    layers
        The network.
    images : float32, shape (n, 28, 28)
        `IDENTIFIED` of them are used at most, fewer for a large network.
    """
    given = images[: affordable_images(layers, IDENTIFIED)]
    return dict(zip(CANDIDATES, emulate_each(layers, given, CANDIDATES.values()), strict=True))


def findings(answer: GpuAnswer, server: Evaluation, emulated: Mapping[str, Logits]) -> GpuFindings:
    """Findings on an answer.

    Parameters
    ----------
    answer
        Of the browser.
    server
        The file's answers in float32 on the server, to the images of the answer at least.
    emulated
        As `emulated_ways` returns it; empty if the emulations are not of interest.
    """
    reference = server.first(answer.images)
    runs = {Precision.FLOAT32: answer.logits}
    if answer.has_float16:
        runs[Precision.FLOAT16] = answer.halves[Adding.DRIVER]
    return GpuFindings(
        answer,
        {
            precision: Comparison(reference, Evaluation(logits, reference.labels, reference.size_bytes))
            for precision, logits in runs.items()
        },
        tuple(
            _agreement(adding, logits[:IDENTIFIED], emulated) for adding, logits in answer.halves.items() if emulated
        ),
    )


def _agreement(adding: Adding, logits: Logits, emulated: Mapping[str, Logits]) -> Agreement:
    shares = {way: _equal_share(logits, found[: len(logits)]) for way, found in emulated.items()}
    best = max(shares, key=lambda way: shares[way])
    return Agreement(adding, best, shares[best], min(len(logits), len(emulated[best])))


def _equal_share(logits: Logits, found: Logits) -> float:
    same = (logits[: len(found)] == found) | (np.isnan(logits[: len(found)]) & np.isnan(found))
    return float(same.mean())


def findings_document(pair: MeasuredPair, found: GpuFindings) -> dict[str, Any]:
    """Everything that was found, for JSON: a recording, as `fp16core.recordings` reads it."""
    answer, ratio = found.answer, found.answer.time_ratio
    document = {
        **document_header("browser", pair, answer.day),
        "adapter": answer.adapter,
        "images": answer.images,
        "probes": {precision.value: asdict(each) for precision, each in answer.arithmetic.items()},
        "answers": {
            precision.value: {
                "accuracy": each.target.accuracy.value,
                "changed_predictions": each.changed_predictions,
                "max_abs_logit_delta": each.max_abs_logit_delta,
            }
            for precision, each in found.comparisons.items()
        },
        "emulations": [asdict(each) | {"adding": each.adding.value} for each in found.agreements],
        "timed_images": answer.timed_images,
        "times_ms": {precision.value: list(times) for precision, times in answer.times_ms.items()},
        "float16_over_float32_time": None if ratio is None else asdict(ratio),
    }
    made: dict[str, Any] = nonfinite_as_null(document)
    return made
