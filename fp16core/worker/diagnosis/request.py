"""The request for a diagnosis, as JSON, and the diagnosis that a process answers with, read with mistrust."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from fp16core.diagnosis.document import DocumentError, diagnosis_of
from fp16core.diagnosis.options import DiagnosisOptions
from fp16core.diagnosis.outcome import Diagnosis
from fp16core.jobs.spec import JobSpec
from fp16core.jobs.ticket import Ticket
from fp16core.tflite.model_file import ModelFile
from fp16core.vocabulary import ModelFileError
from fp16core.worker.diagnosis.limits import limits_for

MODULE = "fp16core.worker.diagnosis.job"
"""Module that a `fp16core.jobs.job.Job` runs."""

PIECE_BYTES = 15_000_000
"""Bytes of a file in one message."""

MAX_OPERATORS = 20_000
"""Operators that a page can show."""

_MOST_FILES, _FILES_TIMES, _FILES_BYTES = 6, 4, 1_000_000
"""Files that may come back; and their bytes together: so many times the model's, and so many besides."""

_LONGEST_NAME = 200


def spec_for(model: ModelFile, options: DiagnosisOptions, is_hosted: bool) -> JobSpec:
    """Job that diagnoses a model; inputs are given by their contents.

    Model and target may be given in either order.
    """
    if options.inputs is not None and not isinstance(options.inputs, bytes):
        raise TypeError("a process is sent the contents of inputs, not a path")
    target = options.target
    extra = [part for part in (None if target is None else target.contents, options.inputs) if part is not None]
    request = {
        "name": model.name,
        "target": None if target is None else target.name,
        "has_inputs": options.inputs is not None,
        "ranges": {name: list(ends) for name, ends in options.ranges.items()},
        "shapes": {name: list(shape) for name, shape in options.shapes.items()},
        "classes": list(options.classes),
        "tolerances": dict(options.tolerances),
        "wants_cure": options.wants_cure,
        "timing": options.timing,
    }
    files_bytes = model.size_bytes + sum(map(len, extra))
    return JobSpec(MODULE, request, [model.contents, *extra], limits_for(files_bytes, is_hosted))


def options_of(request: Mapping[str, Any], attachments: Sequence[bytes]) -> DiagnosisOptions:
    """Options of a request of `spec_for`, in the process that answers it."""
    rest = list(attachments[1:])
    target = None if request["target"] is None else ModelFile(rest.pop(0), request["target"])
    return DiagnosisOptions(
        inputs=rest.pop(0) if request["has_inputs"] else None,
        ranges={name: (low, high) for name, (low, high) in request["ranges"].items()},
        shapes={name: tuple(shape) for name, shape in request["shapes"].items()},
        classes=tuple(request["classes"]),
        tolerances=request["tolerances"],
        target=target,
        wants_cure=request["wants_cure"],
        timing=request["timing"],
    )


class DiagnosisTicket(Ticket):
    """A diagnosis in a queue, which collects the files that come back.

    Parameters
    ----------
    spec
        The job, of `spec_for`.
    model_bytes
        Size of the model.
    """

    def __init__(self, spec: JobSpec, model_bytes: int) -> None:
        super().__init__(spec)
        self._room_bytes = _FILES_TIMES * model_bytes + _FILES_BYTES
        self._files: dict[str, list[bytes]] = {}

    def receive(self, message: dict[str, Any]) -> None:
        """Take a piece of a file; raises `ModelFileError`, which ends the job, for anything else."""
        name, piece = message.get("file"), message.get("piece")
        if not isinstance(name, str) or not isinstance(piece, str):
            raise ModelFileError("Ended: it answered with what cannot be read.")
        try:
            contents = base64.b64decode(piece, validate=True)
        except binascii.Error as error:
            raise ModelFileError("Ended: it answered with what cannot be read.") from error
        self._room_bytes -= len(contents)
        self._files.setdefault(_shown(name), []).append(contents)
        if self._room_bytes < 0 or len(self._files) > _MOST_FILES:
            raise ModelFileError("Ended: it answered with larger or more files than a model can become.")

    def diagnosis(self) -> Diagnosis | None:
        """Return the outcome, if there is one.

        Raises
        ------
        ModelFileError
            If the process answered with what is no diagnosis.
        """
        answer = self.answer
        if answer is None:
            return None
        try:
            found = diagnosis_of(answer.get("document"))
        except DocumentError as error:
            raise ModelFileError("The process that diagnosed the model answered with what cannot be read.") from error
        if _most(found) > MAX_OPERATORS:
            raise ModelFileError(f"The model has more operators than the {MAX_OPERATORS:,} that a page can show.")
        return replace(found, files={name: b"".join(pieces) for name, pieces in self._files.items()})


def _most(found: Diagnosis) -> int:
    """Number of operators, going by the highest index that any part names; figures take memory for each."""
    named = [node.operator for node in found.graph]
    named += [index for parts in found.placement.parts.values() for part in parts for index in part.operators]
    named += [*found.placement.breaks, *found.placement.dequantize_operators]
    errors = [*found.arithmetic, *([] if found.storage is None else [found.storage])]
    named += [each.operator for each in found.range.operators]
    named += [each.operator for verdict in errors for each in verdict.operators]
    return max([abs(index) + 1 for index in named], default=0)


def _shown(name: str) -> str:
    """A name under which a file may be saved: printable, without a folder."""
    return "".join(sign if sign.isprintable() and sign not in "/\\" else "_" for sign in name)[-_LONGEST_NAME:] or "_"
