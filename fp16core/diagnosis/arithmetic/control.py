"""Control of a measurement: in float32, LiteRT's compiled model must give the interpreter's results."""

from fp16core.diagnosis.evaluation import Evaluator
from fp16core.diagnosis.results import OutputError
from fp16core.diagnosis.words import name_text
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.text import decibels_text
from fp16core.tflite.model_file import ModelFile
from fp16core.vocabulary import ModeError, PairError

LEAST_DB = 80.0
"""Least signal-to-noise ratio of two ways to compute the same in float32.

Measured on 21 models: on the CPU none differs but two, with 129 and 130 dB. Float16 itself has 60 to 80 dB.
"""


def control(model: ModelFile, evaluator: Evaluator, mode: ExecutionMode = ExecutionMode.CPU_FLOAT32) -> str:
    """Reason why results of compiled models say nothing about float16; empty if they can be trusted.

    Parameters
    ----------
    model
        The float32 model.
    evaluator
        Measures its outputs.
    mode
        Mode of execution that computes in float32.
    """
    given = {tensor.index for tensor in model.graph.inputs}
    passed = [name for name, tensor in zip(evaluator.names, model.graph.outputs, strict=True) if tensor.index in given]
    if passed:
        return (
            f"Output {name_text(passed[0])} is an input, which LiteRT's compiled models do not pass on: their answers "
            "say nothing about arithmetic."
        )
    try:
        errors = evaluator.in_float16(model, mode)
    except (ModeError, PairError) as error:
        return f"LiteRT's compiled model does not run it: {error}."
    wrong = [found for found in errors if _differs(found)]
    if not wrong:
        return ""
    return (
        f"In float32, LiteRT's compiled model gives other results than the interpreter in output "
        f"{name_text(wrong[0].name)} ({_difference(wrong[0])}); its float16 results say nothing about float16."
    )


def _differs(found: OutputError) -> bool:
    return found.not_finite > 0 or found.snr_db < LEAST_DB


def _difference(found: OutputError) -> str:
    if found.not_finite:
        return f"{found.not_finite:,} numbers are not finite"
    return f"signal-to-noise ratio {decibels_text(found.snr_db)}"
