"""A diagnosis in a process of its own: a damaged file can crash LiteRT, and then the command still has a sentence."""

import multiprocessing
import signal
import traceback
from multiprocessing.connection import Connection

from fp16core.diagnosis.options import DiagnosisOptions
from fp16core.diagnosis.outcome import Diagnosis
from fp16core.tflite.model_file import ModelFile
from fp16core.training.recipe import Progress
from fp16core.vocabulary import HalfBitsError, ModelFileError


def diagnosed(model: ModelFile, options: DiagnosisOptions, on_progress: Progress) -> Diagnosis:
    """Diagnose a model in a child process.

    Raises
    ------
    HalfBitsError
        As `fp16core.diagnosis.diagnosis.diagnose`, or if the process ends without an answer.
    """
    context = multiprocessing.get_context("spawn")  # the same on all systems
    answers, end = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(end, model, options), daemon=True)
    process.start()
    end.close()  # ours, so that the pipe hangs up with the process
    try:
        while True:
            match answers.recv():
                case str(step), float(done):
                    on_progress(step, done)
                case Diagnosis() as found:
                    return found
                case HalfBitsError() as error:
                    raise error
                case bug:
                    raise RuntimeError(bug)
    except (EOFError, OSError) as error:
        process.join()
        raise ModelFileError(
            f"{model.name}: LiteRT crashed on it ({_ending(process.exitcode)}); the file is damaged, or an operator in "
            "it is one that LiteRT does not check; convert or download the model again."
        ) from error
    finally:
        process.kill()
        process.join()


def _work(end: Connection, model: ModelFile, options: DiagnosisOptions) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the command, which ends this process
    try:
        from fp16core.diagnosis.diagnosis import diagnose

        end.send(diagnose(model, options, lambda step, done: end.send((step, float(done)))))
    except HalfBitsError as error:
        end.send(type(error)(str(error)))  # without its cause, which may not travel
    except BaseException:
        end.send(traceback.format_exc())
        raise


def _ending(exit_code: int | None) -> str:
    if exit_code is not None and exit_code < 0:
        return signal.Signals(-exit_code).name
    return f"exit status {exit_code}"
