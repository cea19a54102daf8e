"""Cure of a model: everything tried in order, the cured files, and a recipe for LiteRT Quantizer."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fp16core.diagnosis.cure.arithmetic import ArithmeticCures
from fp16core.diagnosis.cure.measure import Budget, Device, Quality
from fp16core.diagnosis.cure.patient import Arithmetic, Patient
from fp16core.diagnosis.cure.recipe import recipe, recipe_text
from fp16core.diagnosis.cure.search import Float32Operators
from fp16core.diagnosis.cure.verdict import cure_verdict
from fp16core.diagnosis.options import Progress, no_progress
from fp16core.diagnosis.outcome import Cure, CureStep
from fp16core.diagnosis.samples import Samples
from fp16core.tflite.model_file import ModelFile
from fp16core.tflite.packing import with_current_codes


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
    devices: Mapping[str, Device],
    tolerances: Mapping[str, float] | None = None,
    budget: Budget | None = None,
    progress: Progress = no_progress,
) -> CuredModel:
    """Try every cure on a model, measure each, and keep what helps.

    Parameters
    ----------
    model
        A float32 ``.tflite`` file.
    samples
        Inputs that it is measured with.
    devices
        Devices that compute in float16, by title: functions from a float32 file to its outputs for these samples.
    tolerances
        Largest error that is accepted, by the name of an output.
    budget
        Bound on the work.
    progress
        Called before each step with its name and the share of the work that is done; may raise to stop.

    Raises
    ------
    ModelFileError
        If the file is damaged, is not a float32 model, or LiteRT or LiteRT Quantizer reject it untreated.
    """
    progress("the untreated float16 file", 0.0)
    filled = with_current_codes(model)
    patient = Patient(filled, samples, devices, dict(tolerances or {}), budget or Budget(), progress)
    untreated = patient.cast(filled, ())
    stored = patient.stored(untreated)
    if filled is not model:
        _note_codes(patient, model, untreated, stored)
    else:
        sentence = "The float16 file as LiteRT Quantizer makes it."
        patient.note(_step("none", "file", sentence, untreated.size_bytes, stored, stored))
    Float32Operators(patient).treat(untreated)
    progress("untreated float16 arithmetic", 0.55)
    before = patient.arithmetic(filled)
    patient.note(
        _step(
            "none",
            "arithmetic",
            "Float16 arithmetic, untreated.",
            patient.cast(filled, patient.kept).size_bytes,
            before.worst,
            before.worst,
            before,
        )
    )
    ArithmeticCures(patient, before).treat()
    progress("the cured files, measured again", 0.95)
    target = patient.cast(patient.model, patient.kept)
    after = _together(patient, target, stored, before)
    entries = recipe(patient.model.graph, patient.kept)
    operators = {
        index for step in patient.steps if step.kind == "float32 operators" and step.is_kept for index in step.operators
    }
    finding, sentence = cure_verdict(patient, stored, before, after)
    cure = Cure(finding, sentence, tuple(patient.steps), recipe_text(entries), tuple(sorted(operators)))
    return CuredModel(cure, patient.model, target)


def _note_codes(patient: Patient, model: ModelFile, untreated: ModelFile, stored: Quality) -> None:
    exact = Quality(float("inf"), 0)
    sentence = "LiteRT Quantizer casts nothing: the file stores operator codes in the old place only."
    patient.note(_step("none", "file", sentence, model.size_bytes, exact, exact))
    sentence = "Operator codes filled in where today's tools read them, and the file packed anew; then it is cast."
    place = patient.note(_step("codes", "file", sentence, untreated.size_bytes, stored, exact))
    if untreated.size_bytes < model.size_bytes:
        patient.keep(place)


def _together(patient: Patient, target: ModelFile, stored: Quality, before: Arithmetic) -> tuple[Quality, Arithmetic]:
    """Quality of the cured float16 file, as stored and in float16 arithmetic, each noted as a step."""
    now, computed = patient.stored(target), patient.arithmetic(target)
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
