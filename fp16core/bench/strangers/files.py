"""Corrupted model files, offered as a visitor offers them: how many are taken, and whether anything breaks."""

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from fp16core.data import mnist
from fp16core.data.mnist import load_mnist
from fp16core.jobs.queue import JobQueue
from fp16core.jobs.spec import JobSpec
from fp16core.jobs.ticket import Ticket
from fp16core.resident.endings import ResidentEndedError
from fp16core.runs import pair as pairs
from fp16core.runs.pair import load_pair
from fp16core.serving.child_memory import ChildMemory
from fp16core.tflite.reader import read_tflite
from fp16core.training.recipe import Progress
from fp16core.vocabulary import HalfBitsError, ModelPair
from fp16core.workbench import measures
from fp16core.worker.model_host import ModelHost
from fp16core.worker.trial import trial
from fp16core.worker.trial.inspection import Named

STRANGERS = 500
"""Files offered."""

_AT_ONCE = 2

_IMAGES = 100
"""Test images on which what was taken is measured."""

_MEMORY_BYTES = 600_000_000


@dataclass(frozen=True)
class Offered:
    """What became of the files of one kind of corruption.

    Attributes
    ----------
    kind
        How they were corrupted.
    files
        How many.
    taken
        Files that the trial accepted and that were then measured as the pages do.
    refused
        Files that the trial refused in a sentence.
    ended
        Files at which the trial's process came to its end, by a crash or at a limit.
    odd
        Files that the trial accepted, and that were refused, or ended the process that measured them, after it.
    median_s, longest_s
        Seconds from the offer to the answer.
    why_ended
        What is said of files at which the process came to its end.
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


def corrupted(model: bytes, kind: str, random: np.random.Generator) -> bytes:
    """A copy of a model file with damage of one of `KINDS`."""
    broken = bytearray(model)
    KINDS[kind](broken, _description(model), random)
    return bytes(broken)


def measure_strangers(report: Progress, count: int = STRANGERS, seed: int = 0) -> list[Offered]:
    """Offer corrupted copies of the bundled models, two at a time, by the way that visitors' files go.

    Half of them are a float32 file alone, half a good float32 file with a corrupted float16 one. Each that
    is taken is then used in this process, as the pages would: were the trial too trusting, this process
    would come to harm.

    Parameters
    ----------
    report
        Called with what is happening and the fraction done.
    count
        How many files.
    seed
        Which bytes are damaged, and how.

    Returns
    -------
    list of Offered
        All together, then each kind.
    """
    pair, random = load_pair(pairs.BUNDLED), np.random.default_rng(seed)
    kinds = list(KINDS)
    queue: JobQueue[Ticket] = JobQueue(_AT_ONCE, _AT_ONCE)
    offered: list[_Offer] = []
    answered: list[_Answer] = []
    for number in range(count):
        kind, together = kinds[number % len(kinds)], number // len(kinds) % 2
        report(f"offering corrupted files: {kind}", 0.8 * number / count)
        if together:
            files = [("float32", pair.reference), ("float16", corrupted(pair.target, kind, random))]
        else:
            files = [("float32", corrupted(pair.reference, kind, random))]
        spec = JobSpec(
            trial.MODULE,
            trial.request_for([n for n, _ in files]),
            [m for _, m in files],
            trial.limits_for(sum(len(m) for _, m in files)),
        )
        offered.append(_Offer(kind, files, queue.submit(spec), time.perf_counter()))
        while len(offered) >= _AT_ONCE:
            answered += _answered(offered)
    while offered:
        answered += _answered(offered)
    outcomes = []
    for number, answer in enumerate(answered):
        report("using those that were taken", 0.8 + 0.2 * number / count)
        outcomes.append((answer, _became(answer.offer)))
    return [_summed("all", outcomes)] + [
        _summed(kind, [o for o in outcomes if o[0].offer.kind == kind]) for kind in kinds
    ]


@dataclass(frozen=True)
class _Offer:
    kind: str
    files: list[Named]
    ticket: Ticket
    start: float


@dataclass(frozen=True)
class _Answer:
    offer: _Offer
    seconds: float


def _answered(offered: list[_Offer]) -> list[_Answer]:
    """The offers that are answered, at least one; they are taken off the list."""
    while not any(offer.ticket.is_over for offer in offered):
        offered[0].ticket.wait(0.01)
    over = [offer for offer in offered if offer.ticket.is_over]
    for offer in over:
        offered.remove(offer)
    return [_Answer(offer, time.perf_counter() - offer.start) for offer in over]


def _became(offer: _Offer) -> str:
    answer, job = offer.ticket.answer, offer.ticket.job
    if answer is None:
        return "refused" if job is not None and job.was_refused else "ended"
    try:
        _use(trial.tried(answer, offer.files).pair)
    except HalfBitsError:
        return "odd"
    return "taken"


def _use(pair: ModelPair) -> None:
    """Measure a pair as the pages do, in the process that they have for it."""
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
                continue  # on these pages it is a sentence, of which the trial has told
    finally:
        host.close()


def _summed(kind: str, outcomes: list[tuple[_Answer, str]]) -> Offered:
    became = [what for _, what in outcomes]
    seconds = [answer.seconds for answer, _ in outcomes] or [0.0]
    why = tuple(str(answer.offer.ticket.error) for answer, what in outcomes if what == "ended")
    counts = {what: became.count(what) for what in ("taken", "refused", "ended", "odd")}
    return Offered(
        kind, len(outcomes), **counts, median_s=statistics.median(seconds), longest_s=max(seconds), why_ended=why
    )


def _description(model: bytes) -> np.ndarray:
    """Places of all bytes that are no weights: there, damage does most."""
    outside = np.ones(len(model), bool)
    for tensor in read_tflite(model).parameters():
        start = tensor.data_start or 0
        outside[start : start + len(tensor.stored_bytes)] = False
    return np.flatnonzero(outside)


def _flip(model: bytearray, places: np.ndarray, random: np.random.Generator) -> None:
    for place in random.choice(places, random.integers(1, 4)):
        model[place] ^= 1 << int(random.integers(8))


def _flip_anywhere(model: bytearray, places: np.ndarray, random: np.random.Generator) -> None:
    _flip(model, np.arange(len(model)), random)


def _cut(model: bytearray, places: np.ndarray, random: np.random.Generator) -> None:
    del model[int(random.integers(len(model))) :]


def _swap(model: bytearray, places: np.ndarray, random: np.random.Generator) -> None:
    size = int(random.integers(4, 257))
    first, second = (int(place) for place in random.choice(places[places < len(model) - size], 2))
    model[first : first + size], model[second : second + size] = (
        model[second : second + size],
        model[first : first + size],
    )


def _scribble(model: bytearray, places: np.ndarray, random: np.random.Generator) -> None:
    for place in random.choice(places, random.integers(1, 4)):
        model[place] = int(random.integers(256))


def _noise(model: bytearray, places: np.ndarray, random: np.random.Generator) -> None:
    """Nothing but the identifier is left, or not even that."""
    identifier = bytes(model[4:8])
    model[:] = random.bytes(int(random.integers(8, len(model))))
    if random.integers(2):
        model[4:8] = identifier


def _misdirect(model: bytearray, places: np.ndarray, random: np.random.Generator) -> None:
    """Change 32-bit numbers: offsets, lengths, shapes, indices."""
    for place in random.choice(places[places % 4 == 0][:-1], random.integers(1, 3)):
        number = int.from_bytes(model[place : place + 4], "little")
        steps = (1, 4, -4, 64, -number, 2**31 - 1 - number, 2**32 - 1 - number, number, int(random.integers(2**32)))
        changed = (number + steps[int(random.integers(len(steps)))]) % 2**32
        model[place : place + 4] = changed.to_bytes(4, "little")


KINDS: dict[str, Callable[[bytearray, np.ndarray, np.random.Generator], None]] = {
    "bits flipped anywhere": _flip_anywhere,
    "bits flipped outside of weights": _flip,
    "cut off": _cut,
    "blocks swapped": _swap,
    "bytes overwritten": _scribble,
    "offsets and lengths changed": _misdirect,
    "random bytes": _noise,
}
"""Ways to damage a file in place, given the places of its bytes that are no weights."""
