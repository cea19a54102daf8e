"""A visitor's own files: uploaded, tried in a confined process, accepted or refused."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import streamlit as st

from fp16core.data.custom import MAX_TEST_IMAGES, read_custom_dataset
from fp16core.diagnosis.examples import Example
from fp16core.diagnosis.options import DiagnosisOptions
from fp16core.jobs.queue import JobQueue
from fp16core.jobs.spec import JobSpec
from fp16core.jobs.ticket import Ticket
from fp16core.singleton import singleton
from fp16core.text import excess_text
from fp16core.tflite.model_file import ModelFile
from fp16core.vocabulary import BusyError, HalfBitsError
from fp16core.worker.trial import keras_file, trial
from fp16core.worker.trial.inspection import MAX_FILE_BYTES
from pages.shared.server import children, rate_limits, uploads
from pages.shared.server.uploads import Upload
from pages.shared.session import diagnoses, training
from pages.shared.session import files as own
from pages.shared.session.examination import Asked, Attempt, is_keras
from pages.shared.session.measuring import measurements
from pages.shared.ui.unshowable import pages_without

_ATTEMPT, _ERROR, _REMARKS = "own-attempt", "own-error", "own-remarks"

_DIAGNOSIS = "own-diagnosis"
"""Number of the diagnosis that was asked for with the last trial; 0 if there is none."""

INPUTS = ".npz"
"""Ending of archives of inputs."""

_TEST_IMAGE_BYTES = 28 * 28 + 1
"""Memory that a test image takes unpacked, with its label."""

_KERAS_PLACES = 2
"""Places that a ``.keras`` file takes: TensorFlow needs as much memory as two other trials."""


@singleton
def queue() -> JobQueue[Ticket]:
    """The queue of trials that all visitors share."""
    return JobQueue(places=2, memory=children.memory(), full_text=full_text)


def attempt() -> Attempt | None:
    """The visitor's files on trial, if any."""
    found: Attempt | None = st.session_state.get(_ATTEMPT)
    return found


def error() -> str | None:
    """Reason why the visitor's last attempt failed, in a sentence."""
    found: str | None = st.session_state.get(_ERROR)
    return found


def remarks() -> tuple[str, ...]:
    """Remarks on the visitor's models."""
    found: tuple[str, ...] = st.session_state.get(_REMARKS, ())
    return found


def may_begin() -> bool:
    """Return whether a trial may start now; if not, `error` says when."""
    try:
        rate_limits.allow("trial")
    except BusyError as error:
        _fail(str(error))
        return False
    return True


def begin(given_files: Sequence[Upload], options: DiagnosisOptions | None = None) -> None:
    """Submit the files, to be tried on digits and to be diagnosed; a trial in progress is stopped.

    Parameters
    ----------
    given_files
        Models, and perhaps an archive of inputs.
    options
        Declarations of the visitor about the model.
    """
    stop()
    st.session_state.pop(_ATTEMPT, None)  # its outcome is of no interest any more
    diagnoses.fail(None)
    named = uploads.take_named(given_files)
    archives = [file for file in named if file.name.lower().endswith(INPUTS)]
    files = tuple(file for file in named if file not in archives)
    refusal = _refusal(files, archives)
    _fail(refusal)
    if refusal is not None:
        return
    inputs = archives[0] if archives else None
    declared = replace(options or DiagnosisOptions(), inputs=None if inputs is None else inputs.contents)
    asked = Asked(declared, None if inputs is None else inputs.name)
    if is_keras(files[0].name):
        request, limits, module = keras_file.request_for(files[0].name), keras_file.LIMITS, keras_file.MODULE
        _submit(files, JobSpec(module, request, [files[0].contents], limits, _KERAS_PLACES), asked)
    elif (largest := max(files, key=lambda file: file.size_bytes)).size_bytes > MAX_FILE_BYTES:
        excess = excess_text(largest.size_bytes, MAX_FILE_BYTES)
        diagnoses.begin(asked.question(files), f"{largest.name} has {excess} can be shown there")
    else:
        limits = trial.limits_for(sum(file.size_bytes for file in files))
        request = trial.request_for([file.name for file in files])
        if _submit(files, JobSpec(trial.MODULE, request, [file.contents for file in files], limits), asked):
            st.session_state[_DIAGNOSIS] = diagnoses.begin(asked.question(files))


def begin_example(example: Example) -> None:
    """Diagnose a model that ships with the dashboard, which is no digit classifier."""
    _fail(None)
    diagnoses.begin_example(example)


def _refusal(files: Sequence[ModelFile], archives: Sequence[ModelFile]) -> str | None:
    """Reason why files cannot be taken together."""
    if not files:
        return f"{archives[0].name} holds inputs; upload the model with it."
    if len(archives) > 1:
        return f"{len(archives)} archives of inputs were uploaded; put all samples into one."
    if any(is_keras(file.name) for file in files):
        if len(files) > 1:
            return "A .keras file is both models in one; upload it alone."
        if children.memory().total_bytes < keras_file.LEAST_BYTES:
            return (
                f"{files[0].name}: a .keras file needs TensorFlow, for which this server has too little memory; "
                "convert it to .tflite, and upload that."
            )
    elif len(files) > 2:
        return f"{len(files)} files were uploaded; choose the float32 one, or that and its float16 counterpart."
    return None


def _submit(files: tuple[ModelFile, ...], spec: JobSpec, asked: Asked) -> bool:
    """Submit a trial; return false if there is no room for it."""
    try:
        uploads.check_room(2 * sum(file.size_bytes for file in files))  # with the measurements that will follow
        ticket = queue().submit(spec)
    except HalfBitsError as error:
        _fail(str(error))
        return False
    st.session_state[_ATTEMPT] = Attempt(files, ticket, asked)
    uploads.count(st.session_state[_ATTEMPT])
    return True


def stop() -> None:
    """End the trial and the diagnosis, if there is one in progress."""
    stopping()()


def stopping() -> Callable[[], None]:
    """Function that ends what is in progress now, for a thread without the session."""
    tickets = [current.ticket for current in (attempt(), diagnoses.running()) if current is not None]

    def end() -> None:
        for ticket in tickets:
            ticket.stop()

    return end


def collect() -> bool:
    """Take the outcome of the trial if it is over; return whether it was.

    Called by the router, before it settles what the visitor sees.
    """
    current = attempt()
    if current is None or not current.ticket.is_over:
        return False
    del st.session_state[_ATTEMPT]
    found = current.tried()
    if found is None:
        was_refused = current.ticket.job is not None and current.ticket.job.was_refused
        if not (was_refused and diagnoses.tell_unsuited(st.session_state.get(_DIAGNOSIS, 0), _reason(current))):
            _fail(_reason(current))
    else:
        own.set_pair(found.pair)
        st.session_state[_REMARKS] = found.remarks + pages_without(found.failed)
        if current.is_keras:
            diagnoses.begin(current.asked.question([found.pair.reference]))
    return True


def take_dataset(upload: Upload) -> None:
    """Read a data set and use it, or keep the reason why it is refused."""
    (file,) = uploads.take_named([upload])
    try:
        rate_limits.allow("trial")
        uploads.check_room(file.size_bytes + MAX_TEST_IMAGES * _TEST_IMAGE_BYTES)  # a small file may unpack to as much
        own.set_dataset(read_custom_dataset(file.contents, file.name))
    except HalfBitsError as error:
        _fail(str(error))
    else:
        _fail(None)


def forget_models() -> None:
    """Drop the visitor's models, and what was found out about them."""
    diagnoses.forget()
    own.forget_pair()
    training.forget_private()
    measurements.forget_private()
    st.session_state[_REMARKS] = ()


def forget_dataset() -> None:
    """Drop the visitor's data set."""
    own.forget_dataset()
    training.forget_private()
    measurements.forget_private()


def held() -> dict[str, int]:
    """Bytes that the server holds for the visitor, by kind of contents."""
    mine, current = own.files(), attempt()
    pair, dataset = mine.pair, mine.dataset
    found: dict[str, int] = {}
    if current is not None:
        found |= {f"{file.name}, on trial": file.size_bytes for file in current.files}
    if pair is not None:
        found["float32 model"] = pair.reference.size_bytes
        found["float16 model"] = pair.target.size_bytes
    if dataset is not None:
        found[f"data set {dataset.name}"] = len(dataset.contents)
        found["its test images, unpacked"] = dataset.images.nbytes + dataset.labels.nbytes
    return found | diagnoses.held()


def full_text(waiting: int) -> str:
    """Sentence for a visitor who finds the queue full."""
    return f"{waiting} visitors already wait for their files to be tried; try again in a minute."


def _reason(ended: Attempt) -> str:
    if not ended.files:
        return "Your files were dropped because other visitors needed the memory; upload them again."
    job = ended.ticket.job
    why = ended.ticket.error or "There is no answer."
    if job is None or job.was_refused or job.was_stopped:
        return why
    return f"{ended.names} ended the process that tried it, and nothing else. {why}"


def _fail(why: str | None) -> None:
    st.session_state[_ERROR] = why
