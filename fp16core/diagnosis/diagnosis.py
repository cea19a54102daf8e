"""Diagnosis of any ``.tflite`` file: four verdicts, and cures if they are asked for."""

from dataclasses import dataclass

from fp16core.diagnosis.arithmetic.control import control
from fp16core.diagnosis.arithmetic.gpu import gpu_verdict
from fp16core.diagnosis.arithmetic.verdict import (
    CPU,
    STORED,
    arithmetic_verdict,
    operator_errors,
    unknown_verdict,
)
from fp16core.diagnosis.conclusion import conclusion
from fp16core.diagnosis.cure.cure import cured
from fp16core.diagnosis.evaluation import Evaluator
from fp16core.diagnosis.files.file_verdict import file_verdict
from fp16core.diagnosis.files.placement import placement_verdict
from fp16core.diagnosis.finding import Finding
from fp16core.diagnosis.inputs.build import build_samples
from fp16core.diagnosis.observation import observe
from fp16core.diagnosis.options import DiagnosisOptions, Progress, no_progress
from fp16core.diagnosis.outcome import Cure, Diagnosis
from fp16core.diagnosis.ranges.verdict import range_verdict
from fp16core.diagnosis.readings import operator_readings
from fp16core.diagnosis.results import ArithmeticVerdict, OperatorError
from fp16core.diagnosis.running.check import check_model, is_split
from fp16core.diagnosis.running.fixing import FixedModel
from fp16core.diagnosis.running.names import input_names
from fp16core.diagnosis.samples import Samples
from fp16core.diagnosis.words import name_text
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.tflite.model_file import ModelFile
from fp16core.vocabulary import ModeError, ModelFileError, PairError

FLOAT16_FILE, CURED_REFERENCE, CURED_TARGET, RECIPE = (
    "model_f16.tflite",
    "cured_f32.tflite",
    "cured_f16.tflite",
    "recipe.json",
)
"""Names of the files that a diagnosis makes."""


def diagnose(model: ModelFile, options: DiagnosisOptions | None = None, progress: Progress = no_progress) -> Diagnosis:
    """Diagnose a float32 model.

    A stranger's file is diagnosed in a confined process only.

    Parameters
    ----------
    model
        A ``.tflite`` file.
    options
        Declarations about the model, and what else is asked for.
    progress
        Called before each step with its name and the share of the work done; whatever it raises ends the diagnosis.

    Raises
    ------
    ModelFileError
        If the file is damaged, cannot be diagnosed, or an option does not fit it.
    DatasetError
        If the user's inputs are damaged or do not fit the model.
    PairError
        If the user's float16 file was not made of the model.
    """
    options = options or DiagnosisOptions()
    progress("Reading the file", 0.0)
    check_model(model)
    samples = build_samples(model, options)
    evaluator = Evaluator(model, samples, options)
    fixed = evaluator.fixed
    progress("Casting the weights", 0.05)
    file, target = file_verdict(model, options.target)
    progress("Checking float32 against float32", 0.15)
    reason = control(model, evaluator)
    end = 0.5 if options.wants_cure else 0.8
    observation = observe(model, fixed, samples, progress, (0.2, end - 0.15))
    ranges = range_verdict(model, fixed, samples, evaluator, observation, progress, (end - 0.15, end - 0.05))
    progress("Running the outputs in float16", end - 0.05)
    work = _Work(model, fixed, samples, evaluator, options, progress)
    arithmetic = [unknown_verdict(CPU, reason) if reason else work.on_cpu(operator_errors(observation.operators))]
    if options.gpu:
        arithmetic.append(gpu_verdict(model, fixed, samples, evaluator, progress, (end - 0.05, end)))
    storage = None if target is None else work.stored(target)
    progress("Looking where it runs", end)
    placement = placement_verdict(model, target, samples, gpu=options.gpu, timing=options.timing)
    cure, cured_files = work.cured(arithmetic, (end, 0.97)) if options.wants_cure else (None, {})
    progress("Drawing the graph", 0.97)
    measured = arithmetic if storage is None else [*arithmetic, storage]
    finding, sentence = conclusion(samples, reason, file, ranges, measured, unseen=is_split(model))
    files = {} if target is None or target is options.target else {FLOAT16_FILE: target.contents}
    return Diagnosis(
        name=model.name,
        size_bytes=model.size_bytes,
        finding=finding,
        sentence=sentence,
        inputs=_inputs_in_words(model, samples),
        samples=len(samples),
        has_real_inputs=samples.are_real,
        control=reason,
        file=file,
        range=ranges,
        arithmetic=tuple(arithmetic),
        placement=placement,
        storage=storage,
        cure=cure,
        graph=operator_readings(model, fixed, observation),
        files=files | cured_files,
    )


@dataclass(frozen=True, eq=False)
class _Work:
    """Model, samples and options that the measurements of one diagnosis share."""

    model: ModelFile
    fixed: FixedModel
    samples: Samples
    evaluator: Evaluator
    options: DiagnosisOptions
    progress: Progress

    def on_cpu(self, operators: tuple[OperatorError, ...]) -> ArithmeticVerdict:
        """Verdict on float16 arithmetic on the CPU."""
        try:
            outputs = self.evaluator.in_float16(self.model)
        except (ModeError, PairError) as error:
            return unknown_verdict(CPU, f"LiteRT's compiled model does not run it in float16: {error}.")
        return arithmetic_verdict(CPU, outputs, operators, self.samples)

    def stored(self, target: ModelFile) -> ArithmeticVerdict:
        """Verdict on the float16 file in float32 arithmetic; the user's own file must be one that LiteRT runs."""
        try:
            outputs = self.evaluator.in_float32(target)
        except ModelFileError as error:
            if target is self.options.target:
                raise
            return unknown_verdict(STORED, str(error))
        return arithmetic_verdict(STORED, outputs, (), self.samples)

    def cured(self, arithmetic: list[ArithmeticVerdict], share: tuple[float, float]) -> tuple[Cure, dict[str, bytes]]:
        """Cures, tried on every device whose arithmetic can be trusted, and the files that they made."""
        modes = (ExecutionMode.CPU_FLOAT16, ExecutionMode.GPU_FLOAT16)
        devices = {
            verdict.device: mode
            for verdict, mode in zip(arithmetic, modes, strict=False)
            if verdict.finding is not Finding.UNKNOWN
        }
        begin, end = share

        def partly(step: str, done: float) -> None:
            self.progress(step, begin + (end - begin) * done)

        try:
            found = cured(self.model, self.samples, self.options, devices, progress=partly)
        except (ModelFileError, ModeError, PairError) as error:
            return Cure(Finding.UNKNOWN, f"No cure could be tried: {error}", (), ""), {}
        files = {CURED_REFERENCE: found.reference.contents, CURED_TARGET: found.target.contents}
        return found.cure, files | {RECIPE: found.cure.recipe.encode()}


def _inputs_in_words(model: ModelFile, samples: Samples) -> tuple[str, ...]:
    return tuple(
        f"{name_text(name)}: {model.graph.inputs[place].dtype} {' × '.join(map(str, shape)) or 'scalar'}, "
        f"{samples.origins[name]}"
        for place, (name, shape) in enumerate(zip(input_names(model), samples.shapes, strict=True))
    )
