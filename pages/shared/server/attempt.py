"""A visitor's model files while they are tried in a separate process."""

import threading
from dataclasses import dataclass, field

from fp16core.jobs.ticket import Ticket
from fp16core.tflite.model_file import ModelFile
from fp16core.worker.trial import keras_file, trial
from fp16core.worker.trial.trial import Tried

KERAS = ".keras"


def is_keras(name: str) -> bool:
    """Return whether a file's name says that it is a ``.keras`` file."""
    return name.lower().endswith(KERAS)


@dataclass(eq=False)
class Attempt:
    """Files that are being tried."""

    files: tuple[ModelFile, ...] = field(repr=False)
    ticket: Ticket

    @property
    def names(self) -> str:
        """Names of the files, as in a sentence."""
        return " and ".join(file.name for file in self.files)

    @property
    def size_bytes(self) -> int:
        """Memory that the files take."""
        return sum(file.size_bytes for file in self.files)

    @property
    def is_keras(self) -> bool:
        """True if it is a ``.keras`` file."""
        return any(is_keras(file.name) for file in self.files)

    def release(self) -> None:
        """Forget the files at once, and stop the trial without waiting for its end."""
        self.files = ()
        threading.Thread(target=self.ticket.stop, daemon=True).start()

    def tried(self) -> Tried | None:
        """Return the result of the trial, if it accepted the files and they are still there."""
        files, answer = self.files, self.ticket.answer  # another thread may release them meanwhile
        if answer is None or not files:
            return None
        return keras_file.tried_keras(answer) if is_keras(files[0].name) else trial.tried(answer, files)
