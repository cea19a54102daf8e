"""Findings of a report: everything measured of one pair on one set of test images."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from fp16core.claims.evidence import Evidence, RuntimeEvidence, gather_evidence
from fp16core.data.mnist import normalise
from fp16core.evaluate.casting import Casting, casting
from fp16core.evaluate.comparison import Comparison, compare
from fp16core.lab.guarantee import PART_IMAGES, Guarantee, GuaranteeRun
from fp16core.numerics.propagation import PairRecorder, Propagation, PropagationRun
from fp16core.numerics.weight_rounding import WeightRounding, rounding_errors, weight_roundings
from fp16core.recordings.gallery import all_recordings
from fp16core.study.rows.row import Row
from fp16core.study.summary import GroupSummary, summarise
from fp16core.tflite.ledger import byte_ledger
from fp16core.tflite.model_file import ModelPair
from fp16core.tflite.purposes import LedgerEntry
from fp16core.training.recipe import Progress
from fp16core.vocabulary import HalfBitsError

PROPAGATION_IMAGES = 1000
"""Most images over which the error is followed from operator to operator; all would take ten times as long."""


@dataclass(frozen=True, eq=False)
class Findings:
    """Everything measured of a pair.

    Attributes
    ----------
    evidence
        Comparison of the models, and the evidence for the claims.
    images : uint8, shape (n, 28, 28)
        The test images.
    roundings
        Effect of rounding on the weights, by tensor.
    ledgers
        Ledgers of the bytes of both files.
    guarantee
        Largest possible effect of rounding, or the reason why it is unknown, in a sentence.
    propagation
        Error after each operator over the first images, or the reason why it is unknown.
    trainings
        Trained rows of a study with the recipe of the pair; none if there are no such.
    """

    evidence: Evidence
    images: npt.NDArray[np.uint8] = field(repr=False)
    roundings: Mapping[str, WeightRounding] = field(repr=False)
    ledgers: tuple[tuple[LedgerEntry, ...], tuple[LedgerEntry, ...]] = field(repr=False)
    guarantee: Guarantee | str
    propagation: Propagation | str
    trainings: tuple[Row, ...] = field(default=(), repr=False)

    @cached_property
    def luck(self) -> GroupSummary | None:
        """Summary of the trainings, made once; `None` if there are none."""
        return summarise(self.trainings) if self.trainings else None

    @property
    def pair(self) -> ModelPair:
        """The pair of models."""
        return self.evidence.pair

    @property
    def comparison(self) -> Comparison:
        """Comparison of their answers."""
        return self.evidence.comparison

    @property
    def casting(self) -> Casting:
        """Outcome of casting the weights."""
        return casting(self.roundings, self.evidence.target_holds_float16)


def gather_findings(
    pair: ModelPair,
    images: npt.NDArray[np.uint8],
    labels: npt.NDArray[np.uint8],
    on_progress: Progress,
    trainings: tuple[Row, ...] = (),
) -> Findings:
    """Measure a pair.

    Parameters
    ----------
    pair
        Reference and target.
    images : uint8, shape (n, 28, 28)
        n at least 1.
    labels : uint8, shape (n,)
        True classes, 0 to 9.
    on_progress
        Called with the current step in words and the fraction done.
    trainings
        Trained rows of a study with the pair's recipe.

    Raises
    ------
    ModelFileError, PairError, ImageError
        As `compare`.
    """
    on_progress("running both models", 0.0)
    comparison = compare(pair, images, labels)
    recorded = RuntimeEvidence(recordings=all_recordings().recordings)
    evidence = gather_evidence(pair, comparison, images).with_runtimes(recorded)
    proof: Guarantee | str
    try:
        bounds = GuaranteeRun(pair, rounding_errors(pair), images, comparison.reference)
        while not bounds.is_done:
            on_progress("bounding the effect of float16 on each image", 0.3 + 0.4 * bounds.done / len(images))
            bounds.advance(bounds.done + PART_IMAGES)
        proof = bounds.guarantee()
    except HalfBitsError as error:
        proof = str(error)
    followed: Propagation | str
    try:
        run = PropagationRun(PairRecorder(pair), normalise(images[:PROPAGATION_IMAGES]))
        while not run.is_done:
            on_progress("following the error from operator to operator", 0.7 + 0.3 * run.done / run.total)
            run.advance()
        followed = run.propagation()
    except HalfBitsError as error:
        followed = str(error)
    on_progress("done", 1.0)
    return Findings(
        evidence,
        images,
        weight_roundings(pair),
        (byte_ledger(pair.reference), byte_ledger(pair.target)),
        proof,
        followed,
        trainings,
    )
