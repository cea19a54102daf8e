"""Float16 arithmetic on a GPU, cut operator by operator: with all results as outputs, its answers are garbage."""

import numpy as np

from fp16core.diagnosis.arithmetic.control import control
from fp16core.diagnosis.arithmetic.sums import ErrorSums
from fp16core.diagnosis.arithmetic.verdict import arithmetic_verdict, operator_errors, unknown_verdict
from fp16core.diagnosis.evaluation import Evaluator
from fp16core.diagnosis.observation import OperatorEvidence, blank_evidence, float32_interpreter
from fp16core.diagnosis.options import Progress
from fp16core.diagnosis.results import ArithmeticVerdict
from fp16core.diagnosis.running.check import is_split
from fp16core.diagnosis.running.compiled import CompiledRun
from fp16core.diagnosis.running.fixing import FixedModel
from fp16core.diagnosis.running.gpu_session import gpu_log, named_adapter
from fp16core.diagnosis.samples import Samples
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.runtime.gpu_log import refusal
from fp16core.tflite.model_file import ModelFile
from fp16core.vocabulary import ModeError

GPU = "GPU, float16 arithmetic"


def gpu_verdict(
    model: ModelFile,
    fixed: FixedModel,
    samples: Samples,
    evaluator: Evaluator,
    progress: Progress,
    share: tuple[float, float],
) -> ArithmeticVerdict:
    """Judge float16 arithmetic on the GPU that LiteRT chooses.

    Parameters
    ----------
    model, fixed
        The float32 model, and the same with fixed shapes.
    samples
        Its inputs.
    evaluator
        Measures its outputs.
    progress, share
        Called before each operator, with the part of the whole work that this is.
    """
    progress("Starting the GPU", share[0])
    with gpu_log() as log:
        reason = control(model, evaluator, ExecutionMode.GPU_FLOAT32)
        log()
        adapter = named_adapter()
        device = GPU if adapter is None else f"GPU, {adapter.title}"
        if reason:
            return unknown_verdict(device, refusal(log()) or reason)
        try:
            outputs = evaluator.in_float16(model, ExecutionMode.GPU_FLOAT16)
        except ModeError as error:
            return unknown_verdict(device, refusal(log()) or f"LiteRT's GPU accelerator does not run it: {error}.")
        operators = [] if is_split(model) else _operators(model, fixed, samples, progress, share)
    return arithmetic_verdict(device, outputs, operator_errors(operators), samples)


def _operators(
    model: ModelFile, fixed: FixedModel, samples: Samples, progress: Progress, share: tuple[float, float]
) -> list[OperatorEvidence]:
    """Evidence on each operator that the GPU can compute when the graph ends there."""
    begin, end = share
    found = blank_evidence(model.graph)
    interpreter = float32_interpreter(model, fixed, samples)
    for number, item in enumerate(found):
        progress("Running operators on the GPU", begin + (end - begin) * number / len(found))
        try:
            run = CompiledRun(fixed.cut([item.tensor.index]), ExecutionMode.GPU_FLOAT16)
            errors = ErrorSums()
            for place in range(len(samples)):
                interpreter.run(samples[place])
                (result,) = run.run(samples[place])
                errors.add(np.asarray(interpreter.value(item.tensor.index)), result)
        except ModeError:
            continue  # the whole graph has run; this operator alone has no error to show
        item.errors = errors
    return found
