"""Corrupted copies of small networks, diagnosed the way a hosted server diagnoses strangers' models."""

import statistics
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from fp16core.bench.child_cost import BenchError
from fp16core.bench.strangers.corruption import KINDS, corrupted
from fp16core.diagnosis.options import DiagnosisOptions
from fp16core.jobs.queue import JobQueue
from fp16core.tflite.model_file import ModelFile
from fp16core.training.recipe import Progress
from fp16core.vocabulary import HalfBitsError
from fp16core.worker.diagnosis.request import DiagnosisTicket, spec_for

FILES = 500
"""Files diagnosed."""

NETWORKS = ("mask_1e30", "squares", "instance_norm", "embeddings", "loop")
"""Networks of ``tests/networks/diagnosis`` that are corrupted: masks, squares, a convolution, two inputs, a loop."""

_FOLDER = Path(__file__).parents[3] / "tests" / "networks" / "diagnosis"

_AT_ONCE = 2


@dataclass(frozen=True)
class DiagnosisOutcomes:
    """Outcomes of the files of one kind of corruption.

    Attributes
    ----------
    kind
        Kind of corruption.
    files
        Number of files.
    diagnosed
        Files with verdicts.
    refused
        Files that were refused with a message.
    ended
        Files at which the diagnosis' process ended, by a crash or at a limit; the visitor is told so in a sentence.
    unreadable
        Files for which the process answered with what is no diagnosis.
    median_s, longest_s
        Seconds from submission to answer.
    why_ended
        Messages about files at which the process ended.
    """

    kind: str
    files: int
    diagnosed: int
    refused: int
    ended: int
    unreadable: int
    median_s: float
    longest_s: float
    why_ended: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """The row for JSON."""
        return asdict(self)


def networks() -> dict[str, bytes]:
    """Contents of `NETWORKS`.

    Raises
    ------
    BenchError
        If this is not a checkout.
    """
    try:
        return {name: (_FOLDER / f"{name}.tflite").read_bytes() for name in NETWORKS}
    except OSError as error:
        raise BenchError(f"{error.filename}: the file cannot be read ({error.strerror}); run in a checkout.") from error


def measure_corrupted(
    models: Mapping[str, bytes], report: Progress, count: int = FILES, seed: int = 0
) -> list[DiagnosisOutcomes]:
    """Diagnose corrupted copies of models, two at a time, each in a confined process, cures included.

    Parameters
    ----------
    models
        Contents of the files to corrupt, by name.
    report
        Called with a description of the current step and the fraction done.
    count
        Number of copies.
    seed
        Seed of the damage.

    Returns
    -------
    list of DiagnosisOutcomes
        All together, then each kind.
    """
    random, kinds, names = np.random.default_rng(seed), list(KINDS), list(models)
    queue: JobQueue[DiagnosisTicket] = JobQueue(_AT_ONCE)
    copies = []
    for number in range(count):
        kind, name = kinds[number % len(kinds)], names[number // len(kinds) % len(names)]
        copies.append(_Copy(kind, ModelFile(corrupted(models[name], kind, random), f"{name}.tflite")))
    outcomes = []
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for copy, outcome in zip(copies, pool.map(lambda copy: _outcome(queue, copy.model), copies), strict=True):
            outcomes.append((copy.kind, outcome))
            report(f"diagnosing corrupted files: {copy.kind}", len(outcomes) / count)
    by_kind = {kind: [outcome for its, outcome in outcomes if its == kind] for kind in kinds}
    return [_summed("all", [outcome for _, outcome in outcomes]), *(_summed(k, o) for k, o in by_kind.items())]


@dataclass(frozen=True)
class _Copy:
    kind: str
    model: ModelFile


@dataclass(frozen=True)
class _Outcome:
    what: str
    seconds: float
    why: str


def _outcome(queue: JobQueue[DiagnosisTicket], model: ModelFile) -> _Outcome:
    start = time.perf_counter()
    ticket = DiagnosisTicket(spec_for(model, DiagnosisOptions(wants_cure=True), is_hosted=True), model.size_bytes)
    queue.enqueue(ticket).wait()
    seconds = time.perf_counter() - start
    what = "diagnosed"
    if ticket.answer is None:
        what = "refused" if ticket.job is not None and ticket.job.was_refused else "ended"
    else:
        try:
            ticket.diagnosis()
        except HalfBitsError:
            what = "unreadable"
    return _Outcome(what, seconds, ticket.error or "")


def _summed(kind: str, outcomes: list[_Outcome]) -> DiagnosisOutcomes:
    seconds = [outcome.seconds for outcome in outcomes] or [0.0]
    names = "diagnosed", "refused", "ended", "unreadable"
    return DiagnosisOutcomes(
        kind,
        len(outcomes),
        **{name: sum(outcome.what == name for outcome in outcomes) for name in names},
        median_s=statistics.median(seconds),
        longest_s=max(seconds),
        why_ended=tuple(outcome.why for outcome in outcomes if outcome.what == "ended"),
    )
