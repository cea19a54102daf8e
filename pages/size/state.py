"""Measurements of the page *Size and speed*."""

import contextlib
from dataclasses import dataclass

from fp16core.jobs.queue import JobQueue
from fp16core.jobs.spec import JobSpec
from fp16core.jobs.ticket import Ticket
from fp16core.lab import conversions
from fp16core.lab.conversions import OneWeight, TwoWays
from fp16core.singleton import singleton
from fp16core.tflite.model_file import ModelFile
from fp16core.vocabulary import BusyError, ModelFileError
from fp16core.workbench import measures
from fp16core.workbench.measures import Graphs
from fp16core.worker.conversion import LIMITS, MODULE, request_for, target_of
from pages.shared.session import state
from pages.shared.session.cache import cached
from pages.shared.session.subject import Subject, subject


@dataclass(frozen=True)
class WeightQuestion:
    """One weight of a pair's float32 file, set to a value.

    Attributes
    ----------
    subject
        The pair, and the test images.
    key
        The tensor whose first weight it is, by the keys of `TfliteFile.weights`.
    value
        The weight.
    """

    subject: Subject
    key: str
    value: float


@cached("Running both graphs …")
def graphs() -> Graphs:
    """Both graphs; raises `HalfBitsError` if they are unavailable."""
    return state.measure(measures.graphs)


@cached("Quantizing the float32 file with LiteRT Quantizer, and running it …")
def two_ways() -> TwoWays:
    """Converter against quantizer; raises `HalfBitsError` if they cannot be compared."""
    return state.measure(measures.two_ways)


def first_tensor() -> str:
    """Key of the active pair's first weights; raises `HalfBitsError` if they are unavailable."""
    return conversions.first_tensor(state.roundings())


def weight_question(key: str, value: float) -> WeightQuestion:
    """Question about the first weight of a tensor of the active pair, set to a value."""
    return WeightQuestion(subject(), key, value)


@singleton
def conversion_queue() -> JobQueue[Ticket]:
    """Queue of the server's conversions: one at a time, none waiting, with the last answers kept."""
    return JobQueue(places=1, max_waiting=0, kept=16)


@cached(kept=64)
def quantized_weight(question: WeightQuestion) -> tuple[OneWeight, OneWeight]:
    """The weight in the float32 file, and as LiteRT Quantizer stores it."""
    return state.measure(measures.quantized_weight, question.key, question.value)


def start_conversion(question: WeightQuestion) -> Ticket | None:
    """Ask TensorFlow's converter the question; `None` if it is busy with another one."""
    changed = state.measure(measures.changed_reference, question.key, question.value)
    spec = JobSpec(MODULE, request_for(changed.contents), limits=LIMITS)
    is_private = question.subject.is_private
    with contextlib.suppress(BusyError):
        ticket = conversion_queue().submit(spec, None if is_private else question)
        if is_private:
            _own_conversions().clear()
            _own_conversions()[question] = ticket
        return ticket
    return None


def conversion(question: WeightQuestion) -> Ticket | None:
    """The conversion that answers a question; that of a visitor's own file is known to the visitor alone."""
    return _own_conversions().get(question) if question.subject.is_private else conversion_queue().find(question)


@cached(kept=64)
def converted_weight(question: WeightQuestion) -> OneWeight:
    """The weight as TensorFlow's converter stores it; raises `HalfBitsError` before its process has answered."""
    found = conversion(question)
    if found is None or found.answer is None:
        raise ModelFileError("TensorFlow's converter has not answered yet; ask it again.")
    return state.measure(measures.converted_weight, ModelFile(target_of(found.answer)), question.key)


@cached(kept=1)
def _own_conversions() -> dict[WeightQuestion, Ticket]:
    """The last conversion of a weight of the visitor's own file, forgotten with the file."""
    return {}
