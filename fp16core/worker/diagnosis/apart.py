"""A diagnosis in a process of its own: a damaged file can crash LiteRT, and then the command still has a sentence."""

import pickle
from typing import IO, cast

from fp16core.diagnosis.options import DiagnosisOptions
from fp16core.diagnosis.outcome import Diagnosis
from fp16core.jobs import child
from fp16core.jobs.child_log import exit_text, last_lines
from fp16core.system.pipes import unless_hung_up
from fp16core.system.processes import crash_name
from fp16core.tflite.model_file import ModelFile
from fp16core.training.recipe import Progress
from fp16core.vocabulary import HalfBitsError, ModelFileError, WorkerError

_MODULE = "fp16core.worker.diagnosis.apart_child"


def diagnosed(model: ModelFile, options: DiagnosisOptions, on_progress: Progress) -> Diagnosis:
    """Diagnose a model in a child process.

    Raises
    ------
    HalfBitsError
        As `fp16core.diagnosis.diagnosis.diagnose`; a `ModelFileError` if LiteRT crashes on the file.
    WorkerError
        If the process ends without an answer for another reason.
    """
    process, log = child.start(_MODULE)
    given, answers = cast(IO[bytes], process.stdin), cast(IO[bytes], process.stdout)
    with log, answers:
        try:
            with unless_hung_up():  # a child that is gone by then says why by its status
                pickle.dump((model, options), given, pickle.HIGHEST_PROTOCOL)
                given.flush()
            while True:
                match pickle.load(answers):  # noqa: S301  # from a process of our own
                    case str(step), float(done):
                        on_progress(step, done)
                    case Diagnosis() as found:
                        return found
                    case HalfBitsError() as error:
                        raise error
        except (EOFError, pickle.UnpicklingError) as error:
            status = process.wait()
            if crash := crash_name(status):
                raise ModelFileError(
                    f"{model.name}: LiteRT crashed on it ({crash}); the file is damaged, or an operator in it is one "
                    "that LiteRT does not check; convert or download the model again."
                ) from error
            reason = (last_lines(log) or ["it left no message"])[-1]
            raise WorkerError(f"{model.name}: the process that diagnosed it {exit_text(status)}: {reason}") from error
        finally:
            process.kill_all()
            process.wait()
            with unless_hung_up():
                given.close()
