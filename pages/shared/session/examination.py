"""A visitor's model while it is tried and diagnosed in separate processes, and the diagnosis that is kept."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from fp16core.diagnosis.options import DiagnosisOptions
from fp16core.diagnosis.outcome import Diagnosis
from fp16core.jobs.ticket import Ticket
from fp16core.tflite.model_file import ModelFile
from fp16core.worker.diagnosis.request import DiagnosisTicket
from fp16core.worker.trial import keras_file, trial
from fp16core.worker.trial.trial import Tried

KERAS = ".keras"


def is_keras(name: str) -> bool:
    """Return whether a file's name says that it is a ``.keras`` file."""
    return name.lower().endswith(KERAS)


@dataclass(frozen=True)
class Asked:
    """Declarations of a visitor about a model.

    Attributes
    ----------
    options
        Declarations; inputs by their contents.
    inputs_name
        Name of the archive of inputs, if there is one.
    """

    options: DiagnosisOptions = field(default_factory=DiagnosisOptions, repr=False)
    inputs_name: str | None = None

    @property
    def size_bytes(self) -> int:
        """Memory that the inputs take."""
        return len(self.options.inputs) if isinstance(self.options.inputs, bytes) else 0

    def question(self, files: Sequence[ModelFile]) -> "Question":
        """Ask for the diagnosis of a model, or of a model and its float16 counterpart."""
        options = replace(self.options, target=files[1] if len(files) > 1 else None, wants_cure=True)
        return Question(files[0], options, self.inputs_name)


@dataclass(frozen=True)
class Question:
    """A model to diagnose, and what its owner declares of it.

    Attributes
    ----------
    model
        The model.
    options
        Declarations; inputs by their contents.
    inputs_name
        Name of the archive of inputs, if there is one.
    """

    model: ModelFile = field(repr=False)
    options: DiagnosisOptions = field(repr=False)
    inputs_name: str | None = None

    @property
    def size_bytes(self) -> int:
        """Memory that its files take."""
        target, inputs = self.options.target, self.options.inputs
        extra = (0 if target is None else target.size_bytes) + (len(inputs) if isinstance(inputs, bytes) else 0)
        return self.model.size_bytes + extra


@dataclass(eq=False)
class Attempt:
    """Files that are being tried."""

    files: tuple[ModelFile, ...] = field(repr=False)
    ticket: Ticket
    asked: Asked = field(repr=False)

    @property
    def names(self) -> str:
        """Names of the files, as in a sentence."""
        return " and ".join(file.name for file in self.files)

    @property
    def size_bytes(self) -> int:
        """Memory that the files take."""
        return sum(file.size_bytes for file in self.files) + self.asked.size_bytes

    @property
    def is_keras(self) -> bool:
        """True if it is a ``.keras`` file."""
        return any(is_keras(file.name) for file in self.files)

    def release(self) -> None:
        """Forget the files at once, and stop the trial without waiting for its end."""
        self.files, self.asked = (), Asked()
        threading.Thread(target=self.ticket.stop, daemon=True).start()

    def tried(self) -> Tried | None:
        """Return the result of the trial, if it accepted the files and they are still there."""
        files, answer = self.files, self.ticket.answer  # another thread may release them meanwhile
        if answer is None or not files:
            return None
        return keras_file.tried_keras(answer) if is_keras(files[0].name) else trial.tried(answer, files)


@dataclass(eq=False)
class Examination:
    """A model that is being diagnosed.

    Attributes
    ----------
    question
        Model and declarations; `None` once it was released.
    ticket
        Its job.
    unsuited
        Reason why the other pages cannot show the model, once it is known.
    """

    question: Question | None
    ticket: DiagnosisTicket
    unsuited: str | None = None

    @property
    def size_bytes(self) -> int:
        """Memory that the files take."""
        return 0 if self.question is None else self.question.size_bytes

    def release(self) -> None:
        """Forget the files at once, and stop the diagnosis without waiting for its end."""
        self.question = None
        threading.Thread(target=self.ticket.stop, daemon=True).start()


@dataclass(eq=False)
class Kept:
    """A diagnosis that is kept for its visit.

    Attributes
    ----------
    question, diagnosis
        What was asked, and found; `None` once it was released.
    number
        Number of the diagnosis within the visit.
    unsuited
        Reason why the other pages cannot show the model; empty if they can.
    without_files
        Reason why the files that were made are not kept; empty if they are.
    """

    question: Question | None
    diagnosis: Diagnosis | None
    number: int
    unsuited: str = ""
    without_files: str = ""

    @property
    def files(self) -> dict[str, bytes]:
        """Files that were made and differ from the model and from each other, by name."""
        if self.question is None or self.diagnosis is None:
            return {}
        names: dict[bytes, str] = {}
        for name, contents in self.diagnosis.files.items():
            names.setdefault(contents, name)
        return {name: contents for contents, name in names.items() if contents != self.question.model.contents}

    @property
    def files_bytes(self) -> int:
        """Memory of these files."""
        return sum(map(len, self.files.values()))

    @property
    def size_bytes(self) -> int:
        """Memory that all of it takes: files, and readings of the operators."""
        if self.question is None or self.diagnosis is None:
            return 0
        return self.question.size_bytes + self.files_bytes + _OPERATOR_BYTES * len(self.diagnosis.graph)

    def release(self) -> None:
        """Forget everything at once."""
        self.question = self.diagnosis = None


_OPERATOR_BYTES = 8_000
"""Memory of an operator's readings: a histogram of some 60 bins, two ranges, names."""
