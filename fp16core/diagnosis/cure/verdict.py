"""The outcome of a cure in a finding and a few sentences."""

from fp16core.diagnosis.cure.measure import Quality
from fp16core.diagnosis.cure.patient import Arithmetic, Patient
from fp16core.diagnosis.cure.rounded import TITLE
from fp16core.diagnosis.finding import Finding
from fp16core.diagnosis.ranges.limits import INFINITE_FROM, ZERO_UP_TO
from fp16core.diagnosis.words import operator_text
from fp16core.text import bytes_text, count_text, decibels_text


def cure_verdict(
    patient: Patient, stored: Quality, before: Arithmetic, after: tuple[Quality, Arithmetic]
) -> tuple[Finding, str]:
    """Finding after the cure, and sentences on each disease.

    Parameters
    ----------
    patient
        The treated model.
    stored, before
        The untreated float16 file, as stored and in float16 arithmetic.
    after
        The cured float16 file, likewise.
    """
    file, arithmetic = after
    sentences = [_file_sentence(patient, stored, file), _arithmetic_sentence(patient, before, arithmetic)]
    return Quality.worst([file, arithmetic.worst]).finding, " ".join(sentence for sentence in sentences if sentence)


def _is_broken(found: Quality) -> bool:
    return found.finding is Finding.BREAKS


def _file_sentence(patient: Patient, before: Quality, now: Quality) -> str:
    if not patient.is_castable:
        return "Storage: LiteRT Quantizer refuses the model, so that no weights are cast."
    kept = next((s for s in patient.steps if s.kind == "float32 operators" and s.is_kept), None)
    if kept is None or not kept.operators:
        if _is_broken(before) and not _is_broken(now):
            return f"Storage: {_words(before)} → {_words(now)}, by what was done for the arithmetic."
        if _is_broken(now):
            return f"Storage: the float16 file gives {_words(now)}, and leaving operators in float32 did not help."
        return f"Storage of the weights as float16, by LiteRT Quantizer: {_words(now)}, untreated."
    cast = [step.size_bytes for step in patient.steps if step.kind in ("none", "codes") and step.disease == "file"]
    extra = bytes_text(kept.size_bytes - cast[-1], signed=True)
    operators = count_text(len(kept.operators), "operator")
    return f"Storage: {_words(before)} → {_words(now)}, with the weights of {operators} in float32 ({extra})."


def _arithmetic_sentence(patient: Patient, before: Arithmetic, now: Arithmetic) -> str:
    kept = [step for step in patient.steps if step.disease == "arithmetic" and step.is_kept and step.kind != "together"]
    if _is_broken(now.worst):
        where, advice = _place(patient, before), "keep enforce_f32, and float32 on the CPU"
        if kept:
            return (
                f"Float16 arithmetic: {advice}. It breaks {where} ({_by_device(before)}). The best that was found: "
                f"{_by_device(now)}."
            )
        return (
            f"Float16 arithmetic: {advice}. It breaks {where} ({_by_device(now)}), and nothing that was tried cures it."
        )
    where = f"Float16 arithmetic ({_where_worst(before)})"
    if not kept:
        return f"{where}: {_words(now.worst)}, untreated."
    did = " ".join(step.sentence for step in kept)
    return f"{where}: {_words(before.worst)} → {_words(now.worst)}. {did}"


def _where_worst(found: Arithmetic) -> str:
    """Device with the worst results; of several, it is said that it is the worst."""
    device = min(found.devices, key=lambda name: (-found.devices[name].not_finite, found.devices[name].snr_db))
    return (
        device if len(found.devices) == 1 else f"at worst, with {device}" if device == TITLE else f"at worst, {device}"
    )


def _place(patient: Patient, untreated: Arithmetic) -> str:
    for op in patient.original.graph.operators:
        if any(untreated.magnitudes.constants.get(index, 0.0) >= INFINITE_FROM for index in op.inputs):
            return f"at {operator_text(op.index, op.name)}, which reads a constant beyond 65,504"
        if untreated.magnitudes.demand.get(op.index, 0.0) >= INFINITE_FROM:
            return f"at {operator_text(op.index, op.name)}, which computes numbers beyond 65,504"
    for op in patient.original.graph.operators:
        if any(0 < untreated.magnitudes.constants.get(index, 0.0) <= ZERO_UP_TO for index in op.inputs):
            return f"at {operator_text(op.index, op.name)}, which reads a constant that float16 rounds to 0"
    return "by rounding alone, as nothing is beyond 65,504"


def _by_device(found: Arithmetic) -> str:
    return "; ".join(f"{device}: {_words(quality)}" for device, quality in found.devices.items())


def _words(found: Quality) -> str:
    if found.not_finite:
        return f"{count_text(found.not_finite, 'result')} infinite or NaN"
    return "no difference" if found.snr_db == float("inf") else decibels_text(found.snr_db)
