"""Cure of a model: everything tried in order, the cured files, and a recipe for LiteRT Quantizer."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from fp16core.diagnosis.cure.arithmetic import ArithmeticCures
from fp16core.diagnosis.cure.measure import Budget, Quality
from fp16core.diagnosis.cure.patient import WORTH_DB, Arithmetic, Patient
from fp16core.diagnosis.cure.recipe import recipe, recipe_text
from fp16core.diagnosis.cure.search import EXTRA_SHARE, Float32Operators
from fp16core.diagnosis.cure.verdict import cure_verdict
from fp16core.diagnosis.options import DiagnosisOptions, Progress, no_progress
from fp16core.diagnosis.outcome import Cure, CureStep
from fp16core.diagnosis.samples import Samples
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.tflite.model_file import ModelFile
from fp16core.tflite.packing import with_current_codes
from fp16core.vocabulary import ModelFileError


@dataclass(frozen=True)
class CuredModel:
    """A cure, and the files it made.

    Attributes
    ----------
    cure
        The cure.
    reference
        The float32 file, with constants clamped and numbers rescaled as the cure says; it answers as the original.
    target
        The float16 file made of it by the cure's recipe.
    """

    cure: Cure
    reference: ModelFile = field(repr=False)
    target: ModelFile = field(repr=False)


def cured(
    model: ModelFile,
    samples: Samples,
    options: DiagnosisOptions,
    devices: Mapping[str, ExecutionMode],
    budget: Budget | None = None,
    progress: Progress = no_progress,
) -> CuredModel:
    """Try every cure on a model, measure each, and keep what helps.

    Parameters
    ----------
    model
        A float32 ``.tflite`` file that `fp16core.diagnosis.running.check.check_model` accepts.
    samples, options
        Inputs that it is measured with, and the user's declarations.
    devices
        Modes of execution that compute in float16, by the device's title; none if float32 on that device does not give
        the interpreter's results.
    budget
        Bound on the work.
    progress
        Called before each step with its name and the share of the work that is done; may raise to stop.

    Raises
    ------
    ModelFileError
        If the file is damaged, or LiteRT rejects it untreated.
    """
    progress("Trying cures: the untreated float16 file", 0.0)
    filled = with_current_codes(model)
    patient = Patient(filled, samples, options, dict(devices), budget or Budget(), progress)
    refusal = patient.refusal()
    untreated = patient.cast(filled, ())
    stored = patient.stored(untreated)
    _note_file(patient, model, untreated, stored, refusal)
    try:
        Float32Operators(patient).treat(untreated, stored)
    except ModelFileError as error:  # LiteRT Quantizer takes the model, but not with exceptions
        patient.note(_step("float32 operators", "file", str(error), untreated.size_bytes, stored, stored))
    progress("Trying cures: untreated float16 arithmetic", 0.55)
    before = patient.untreated_arithmetic()
    sentence, size_bytes = "Float16 arithmetic, untreated.", patient.cast(filled, patient.kept).size_bytes
    patient.note(_step("none", "arithmetic", sentence, size_bytes, before.worst, before.worst, before))
    ArithmeticCures(patient, before).treat()
    progress("Measuring the cured files", 0.95)
    _drop_needless_weights(patient)
    target = patient.cast(patient.model, patient.kept)
    after = _together(patient, target, stored, before)
    entries = recipe(patient.model.graph, patient.kept)
    finding, sentence = cure_verdict(patient, stored, before, after)
    kept = [step for step in patient.steps if step.kind == "float32 operators" and step.is_kept]
    operators = kept[-1].operators if kept else ()
    return CuredModel(
        Cure(finding, sentence, tuple(patient.steps), recipe_text(entries), operators), patient.model, target
    )


def _note_file(patient: Patient, model: ModelFile, untreated: ModelFile, stored: Quality, refusal: str) -> None:
    if patient.original is model or refusal:
        words = refusal or "The float16 file as LiteRT Quantizer makes it."
        patient.note(_step("none", "file", words, untreated.size_bytes, stored, stored))
        return
    exact = Quality(float("inf"), 0, stored.finding)
    words = "LiteRT Quantizer casts nothing: the file stores operator codes in the old place only."
    patient.note(_step("none", "file", words, model.size_bytes, exact, exact))
    words = "Operator codes filled in where today's tools read them, and the file packed anew; then it is cast."
    place = patient.note(_step("codes", "file", words, untreated.size_bytes, stored, exact))
    if untreated.size_bytes < model.size_bytes:
        patient.keep(place)


def _drop_needless_weights(patient: Patient) -> None:
    """Cast the weights that were left in float32 after all if the treated arithmetic no longer needs them."""
    if not patient.kept or patient.model is patient.original:
        return
    larger, smaller = patient.cast(patient.model, patient.kept), patient.cast(patient.model, ())
    with_them, without = patient.stored_against_treated(larger), patient.stored_against_treated(smaller)
    is_needed = with_them.not_finite < without.not_finite
    is_cheap = larger.size_bytes <= (1 + EXTRA_SHARE) * smaller.size_bytes
    if is_needed or (is_cheap and with_them.is_better_than(without, WORTH_DB)):
        return
    patient.kept = ()
    patient.steps[:] = [
        replace(step, is_kept=False) if step.kind == "float32 operators" else step for step in patient.steps
    ]
    words = "All weights are cast after all: what was done for the arithmetic serves the file as well."
    patient.keep(patient.note(_step("float32 operators", "file", words, smaller.size_bytes, without, with_them)))


def _together(patient: Patient, target: ModelFile, stored: Quality, before: Arithmetic) -> tuple[Quality, Arithmetic]:
    """Quality of the cured float16 file, as stored and in float16 arithmetic, each noted as a step."""
    now, computed = patient.stored_against_treated(target), patient.arithmetic(target)
    operators = tuple(sorted({index for step in patient.steps if step.is_kept for index in step.operators}))
    patient.note(
        _step("together", "file", "The cured float16 file.", target.size_bytes, now, stored, None, operators, True)
    )
    sentence = "The cured float16 file, in float16 arithmetic."
    patient.note(
        _step(
            "together",
            "arithmetic",
            sentence,
            target.size_bytes,
            computed.worst,
            before.worst,
            computed,
            operators,
            True,
        )
    )
    return now, computed


def _step(
    kind: str,
    disease: str,
    sentence: str,
    size_bytes: int,
    now: Quality,
    before: Quality,
    arithmetic: Arithmetic | None = None,
    operators: tuple[int, ...] = (),
    is_kept: bool = False,
) -> CureStep:
    return CureStep(
        kind=kind,
        disease=disease,
        sentence=sentence,
        operators=operators,
        size_bytes=size_bytes,
        snr_db=now.snr_db,
        not_finite=now.not_finite,
        snr_before_db=before.snr_db,
        not_finite_before=before.not_finite,
        is_kept=is_kept,
        devices=arithmetic.snr_db if arithmetic is not None else {},
    )
