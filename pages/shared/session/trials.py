"""A visitor's own files: uploaded, tried in a confined process, accepted or refused."""

from collections.abc import Sequence

import streamlit as st

from fp16core.data.custom import MAX_TEST_IMAGES, read_custom_dataset
from fp16core.jobs.queue import JobQueue
from fp16core.jobs.spec import JobSpec
from fp16core.jobs.ticket import Ticket
from fp16core.singleton import singleton
from fp16core.tflite.model_file import ModelFile
from fp16core.vocabulary import BusyError, HalfBitsError
from fp16core.worker.trial import keras_file, trial
from pages.shared.server import children, rate_limits, uploads
from pages.shared.server.attempt import Attempt, is_keras
from pages.shared.server.uploads import Upload
from pages.shared.session import files as own
from pages.shared.session import measurements, training
from pages.shared.ui.unshowable import pages_without

_ATTEMPT, _ERROR, _REMARKS = "own-attempt", "own-error", "own-remarks"

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


def begin(given_files: Sequence[Upload]) -> None:
    """Submit the files; a trial in progress is stopped."""
    stop()
    files = _named(given_files)
    if any(is_keras(file.name) for file in files):
        if len(files) > 1:
            _fail("A .keras file is both models in one; upload it alone.")
            return
        if children.memory().total_bytes < keras_file.LEAST_BYTES:
            _fail(
                f"{files[0].name}: a .keras file needs TensorFlow, for which this server has too little memory; "
                "convert it to .tflite, and upload that."
            )
            return
        request, limits, module = keras_file.request_for(files[0].name), keras_file.LIMITS, keras_file.MODULE
    elif len(files) > 2:
        _fail(f"{len(files)} files were uploaded; choose the float32 one, or that and its float16 counterpart.")
        return
    else:
        request, module = trial.request_for([file.name for file in files]), trial.MODULE
        limits = trial.limits_for(sum(file.size_bytes for file in files))
    places = _KERAS_PLACES if module == keras_file.MODULE else 1
    try:
        uploads.check_room(2 * sum(file.size_bytes for file in files))  # with the measurements that will follow
        ticket = queue().submit(JobSpec(module, request, [file.contents for file in files], limits, places))
    except HalfBitsError as error:
        _fail(str(error))
        return
    _fail(None)
    st.session_state[_ATTEMPT] = Attempt(files, ticket)
    uploads.count(st.session_state[_ATTEMPT])


def stop() -> None:
    """End the trial, if there is one."""
    if (current := attempt()) is not None:
        current.ticket.stop()


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
        _fail(_reason(current))
    else:
        own.set_pair(found.pair)
        st.session_state[_REMARKS] = found.remarks + pages_without(found.failed)
    return True


def take_dataset(upload: Upload) -> None:
    """Read a data set and use it, or keep the reason why it is refused."""
    (file,) = _named([upload])
    try:
        rate_limits.allow("trial")
        uploads.check_room(file.size_bytes + MAX_TEST_IMAGES * _TEST_IMAGE_BYTES)  # a small file may unpack to as much
        own.set_dataset(read_custom_dataset(file.contents, file.name))
    except HalfBitsError as error:
        _fail(str(error))
    else:
        _fail(None)


def forget_models() -> None:
    """Drop the visitor's models."""
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
    return found


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


def _named(given_files: Sequence[Upload]) -> tuple[ModelFile, ...]:
    """Return files with names that can be shown and told apart."""
    taken = uploads.take(given_files)
    names: list[str] = []
    for given, _ in taken:
        name = "".join(sign for sign in given if sign.isprintable())[-60:] or "unnamed"
        names.append(f"second {name}" if name in names else name)
    return tuple(ModelFile(contents, name) for name, (_, contents) in zip(names, taken, strict=True))


def _fail(why: str | None) -> None:
    st.session_state[_ERROR] = why
