"""A visitor's model diagnosed: handed in, followed, and kept for this visit alone."""

from dataclasses import replace

import streamlit as st

from fp16core.diagnosis.examples import Example
from fp16core.diagnosis.options import DiagnosisOptions
from fp16core.diagnosis.outcome import Diagnosis
from fp16core.jobs.queue import JobQueue
from fp16core.singleton import singleton
from fp16core.text import excess_text
from fp16core.vocabulary import HalfBitsError, ModelFileError
from fp16core.worker.diagnosis.limits import max_file_bytes
from fp16core.worker.diagnosis.request import DiagnosisTicket, spec_for
from pages.shared.server import children, hosted, rate_limits, uploads
from pages.shared.session.examination import Examination, Kept, Question

_RUNNING, _KEPT, _ERROR, _NUMBER = "diagnosis-running", "diagnosis-kept", "diagnosis-error", "diagnosis-number"


@singleton
def queue() -> JobQueue[DiagnosisTicket]:
    """The queue of diagnoses that all visitors share."""
    return JobQueue(places=2, memory=children.memory(), full_text=_full_text)


def running() -> Examination | None:
    """The diagnosis in progress, if there is one."""
    found: Examination | None = st.session_state.get(_RUNNING)
    return found


def kept() -> Kept | None:
    """The visitor's last diagnosis, if there is one; its parts are gone once others needed the memory."""
    found: Kept | None = st.session_state.get(_KEPT)
    return found


def error() -> str | None:
    """Reason why the last diagnosis failed, in a sentence."""
    found: str | None = st.session_state.get(_ERROR)
    return found


def number() -> int:
    """Number of the last diagnosis that was asked for in this visit."""
    found: int = st.session_state.get(_NUMBER, 0)
    return found


def begin(question: Question, unsuited: str | None = None) -> int:
    """Submit a model; a diagnosis in progress is stopped. Return the number of this one, 0 if it cannot begin.

    Parameters
    ----------
    question
        Model and declarations.
    unsuited
        Reason why the other pages cannot show it, if that is known.
    """
    model, is_hosted = question.model, hosted.is_hosted()
    st.session_state[_NUMBER] = number() + 1
    stop()
    st.session_state.pop(_RUNNING, None)  # its outcome is of no interest any more
    try:
        if model.size_bytes > max_file_bytes(is_hosted):
            raise ModelFileError(
                f"{model.name} has {excess_text(model.size_bytes, max_file_bytes(is_hosted))} are accepted here; "
                "diagnose it on your own computer: python -m fp16core diagnose."
            )
        rate_limits.allow("diagnosis")
        uploads.check_room(2 * question.size_bytes)  # with the files that will be made
        ticket = DiagnosisTicket(spec_for(model, question.options, is_hosted), question.size_bytes)
        queue().enqueue(ticket)
    except HalfBitsError as error:
        fail(str(error))
        return 0
    fail(None)
    st.session_state[_RUNNING] = Examination(question, ticket, unsuited)
    uploads.count(st.session_state[_RUNNING])
    return number()


def begin_example(example: Example) -> None:
    """Diagnose a model that ships with the dashboard."""
    try:
        model = example.model()
    except HalfBitsError as error:
        fail(str(error))
        return
    options = DiagnosisOptions(ranges=example.ranges, wants_cure=True)
    begin(Question(replace(model, name=example.path.name), options), unsuited=_NO_DIGITS)


def again(options: DiagnosisOptions) -> None:
    """Diagnose the kept model again with other declarations; its inputs and its target stay."""
    found = kept()
    if found is None or found.question is None:
        fail("The model was dropped because other visitors needed the memory; upload it again.")
        return
    before = found.question
    options = replace(options, inputs=before.options.inputs, target=before.options.target)
    begin(replace(before, options=options), unsuited=found.unsuited)


def tell_unsuited(asked: int, why: str) -> bool:
    """Note why the other pages cannot show a model; return false if its diagnosis is none, or not the last one."""
    if not asked or asked != number():
        return False
    if (current := running()) is not None:
        current.unsuited = why
    elif (done := kept()) is not None and error() is None:
        done.unsuited = why
    return True


def fail(why: str | None) -> None:
    """Say why a diagnosis cannot begin; `None` takes it back."""
    st.session_state[_ERROR] = why


def stop() -> None:
    """End the diagnosis, if there is one in progress."""
    if (current := running()) is not None:
        current.ticket.stop()


def collect() -> bool:
    """Take the outcome of the diagnosis if it is over; return whether it was.

    Called by the router, before it settles what the visitor sees.
    """
    current = running()
    if current is None or not current.ticket.is_over:
        return False
    del st.session_state[_RUNNING]
    question = current.question
    try:
        found = current.ticket.diagnosis()
        if question is None:
            raise ModelFileError("Your files were dropped because other visitors needed the memory; upload them again.")
        if found is None:
            raise ModelFileError(_reason(current, question))
    except HalfBitsError as error:
        fail(str(error))
        return True
    _keep(question, found, current.unsuited or "")
    return True


def forget() -> None:
    """Drop the visitor's diagnosis, and end the one in progress."""
    stop()
    for part in (_RUNNING, _KEPT, _ERROR):
        st.session_state.pop(part, None)


def held() -> dict[str, int]:
    """Bytes that the server holds for it, by kind of contents."""
    found: dict[str, int] = {}
    if (current := running()) is not None and current.question is not None:
        found[f"{current.question.model.name}, being diagnosed"] = current.size_bytes
    if (done := kept()) is not None and done.question is not None and done.diagnosis is not None:
        found[f"{done.question.model.name}, diagnosed"] = done.question.size_bytes
        found |= {name: len(contents) for name, contents in done.files.items()}
        found["the diagnosis"] = done.size_bytes - done.files_bytes - done.question.size_bytes
    return found


def _keep(question: Question, found: Diagnosis, unsuited: str) -> None:
    previous = kept()
    if previous is not None:
        previous.release()
    st.session_state[_KEPT] = done = Kept(question, found, number(), unsuited)
    done.diagnosis = replace(found, files=done.files)
    try:
        uploads.check_room(done.size_bytes)
    except HalfBitsError as error:
        done.diagnosis, done.without_files = replace(found, files={}), str(error)
    fail(None)
    uploads.count(done)


def _reason(ended: Examination, question: Question) -> str:
    job = ended.ticket.job
    why = ended.ticket.error or "There is no answer."
    if job is None or job.was_refused or job.was_stopped:
        return why
    return f"{question.model.name} ended the process that diagnosed it, and nothing else. {why}"


def _full_text(waiting: int) -> str:
    return f"{waiting} models of other visitors already wait to be diagnosed; try again in a minute."


_NO_DIGITS = "it does not read digits of 28 × 28 pixels"
