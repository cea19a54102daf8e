"""Corrupted model files, submitted the way visitors submit them, counted by outcome."""

import statistics
import time
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from fp16core.bench.strangers.corruption import KINDS, corrupted
from fp16core.data import mnist
from fp16core.data.mnist import load_mnist
from fp16core.jobs.queue import JobQueue
from fp16core.jobs.spec import JobSpec
from fp16core.jobs.ticket import Ticket
from fp16core.resident.endings import ResidentEndedError
from fp16core.runs import pair as pairs
from fp16core.runs.pair import load_pair
from fp16core.serving.child_memory import ChildMemory
from fp16core.tflite.model_file import ModelFile, ModelPair
from fp16core.training.recipe import Progress
from fp16core.vocabulary import HalfBitsError
from fp16core.workbench import measures
from fp16core.worker.model_host import ModelHost
from fp16core.worker.trial import trial

CORRUPTED_FILES = 500
"""Files submitted."""

_AT_ONCE = 2

_IMAGES = 100
"""Test images on which accepted files are measured."""

_MEMORY_BYTES = 600_000_000


@dataclass(frozen=True)
class ModelOutcomes:
    """Outcomes of the files of one kind of corruption.

    Attributes
    ----------
    kind
        Kind of corruption.
    files
        Number of files.
    taken
        Files that the trial accepted and that were then measured as the pages do.
    refused
        Files that the trial refused with a message.
    ended
        Files at which the trial's process ended, by a crash or at a limit.
    odd
        Files that the trial accepted, but that were then refused or ended the process that measured them.
    median_s, longest_s
        Seconds from submission to answer.
    why_ended
        Messages about files at which the process ended.
    """

    kind: str
    files: int
    taken: int
    refused: int
    ended: int
    odd: int
    median_s: float
    longest_s: float
    why_ended: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """The row for JSON."""
        return asdict(self)


def measure_strangers(report: Progress, count: int = CORRUPTED_FILES, seed: int = 0) -> list[ModelOutcomes]:
    """Submit corrupted copies of the bundled models, two at a time, the way visitors' files are submitted.

    Half of them are a float32 file alone, half a good float32 file with a corrupted float16 one. Each that
    is accepted is then measured as the pages would do it: if the trial were too trusting, that would fail.

    Parameters
    ----------
    report
        Called with a description of the current step and the fraction done.
    count
        Number of files.
    seed
        Seed of the damage.

    Returns
    -------
    list of ModelOutcomes
        All together, then each kind.
    """
    pair, random = load_pair(pairs.BUNDLED), np.random.default_rng(seed)
    kinds = list(KINDS)
    queue: JobQueue[Ticket] = JobQueue(_AT_ONCE, _AT_ONCE)
    offered: list[_Offer] = []
    answered: list[_Answer] = []
    for number in range(count):
        kind, together = kinds[number % len(kinds)], number // len(kinds) % 2
        report(f"submitting corrupted files: {kind}", 0.8 * number / count)
        if together:
            target = ModelFile(corrupted(pair.target.contents, kind, random), "float16")
            files = [ModelFile(pair.reference.contents, "float32"), target]
        else:
            files = [ModelFile(corrupted(pair.reference.contents, kind, random), "float32")]
        spec = JobSpec(
            trial.MODULE,
            trial.request_for([file.name for file in files]),
            [file.contents for file in files],
            trial.limits_for(sum(file.size_bytes for file in files)),
        )
        offered.append(_Offer(kind, files, queue.submit(spec), time.perf_counter()))
        while len(offered) >= _AT_ONCE:
            answered += _answered(offered)
    while offered:
        answered += _answered(offered)
    outcomes = []
    for number, answer in enumerate(answered):
        report("measuring those that were accepted", 0.8 + 0.2 * number / count)
        outcomes.append((answer, _outcome(answer.offer)))
    return [_summed("all", outcomes)] + [
        _summed(kind, [o for o in outcomes if o[0].offer.kind == kind]) for kind in kinds
    ]


@dataclass(frozen=True)
class _Offer:
    kind: str
    files: list[ModelFile]
    ticket: Ticket
    start: float


@dataclass(frozen=True)
class _Answer:
    offer: _Offer
    seconds: float


def _answered(offered: list[_Offer]) -> list[_Answer]:
    """The offers that are answered, at least one; they are removed from the list."""
    while not any(offer.ticket.is_over for offer in offered):
        offered[0].ticket.wait(0.01)
    over = [offer for offer in offered if offer.ticket.is_over]
    for offer in over:
        offered.remove(offer)
    return [_Answer(offer, time.perf_counter() - offer.start) for offer in over]


def _outcome(offer: _Offer) -> str:
    answer, job = offer.ticket.answer, offer.ticket.job
    if answer is None:
        return "refused" if job is not None and job.was_refused else "ended"
    try:
        _use(trial.tried(answer, offer.files).pair)
    except HalfBitsError:
        return "odd"
    return "taken"


def _use(pair: ModelPair) -> None:
    """Measure a pair as the pages do, in a process of its own."""
    images, labels = (array[:_IMAGES] for array in load_mnist("test", mnist.BUNDLED))
    host = ModelHost(ChildMemory(_MEMORY_BYTES), pair, images, labels)
    try:
        host.measure(measures.comparison)
        host.measure(measures.evidence)
        host.measure(measures.roundings)
        host.measure(measures.ledgers)
        for name in ("graphs", "two_ways", "file_results", "boundaries", "proof"):
            try:
                host.measure(measures.MEASURES[name])
            except ResidentEndedError:
                raise
            except HalfBitsError:
                continue  # these pages show the message, which the trial has shown before
    finally:
        host.close()


def _summed(kind: str, outcomes: list[tuple[_Answer, str]]) -> ModelOutcomes:
    counted = [what for _, what in outcomes]
    seconds = [answer.seconds for answer, _ in outcomes] or [0.0]
    why = tuple(str(answer.offer.ticket.error) for answer, what in outcomes if what == "ended")
    counts = {what: counted.count(what) for what in ("taken", "refused", "ended", "odd")}
    return ModelOutcomes(
        kind, len(outcomes), **counts, median_s=statistics.median(seconds), longest_s=max(seconds), why_ended=why
    )
