"""Cures of float16 arithmetic: constants that float16 holds, and numbers rescaled before squares and sums."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from fp16core.diagnosis.cure.constants import clamped, raised
from fp16core.diagnosis.cure.measure import Quality, sameness
from fp16core.diagnosis.cure.patient import NOT_RUN, WORTH_DB, Arithmetic, Patient
from fp16core.diagnosis.cure.rescale import rescaled, rescalings
from fp16core.diagnosis.outcome import CureStep
from fp16core.tflite.model_file import ModelFile
from fp16core.vocabulary import HalfBitsError


@dataclass(frozen=True)
class _Trial:
    model: ModelFile
    words: str
    operators: tuple[int, ...]


_Trials = Callable[[ModelFile, Arithmetic], Iterator[_Trial]]


def _clamps(model: ModelFile, _now: Arithmetic) -> Iterator[_Trial]:
    for found in clamped(model):
        yield _Trial(found.model, found.words, found.operators)


def _rescales(model: ModelFile, now: Arithmetic) -> Iterator[_Trial]:
    for plan in rescalings(model, now.magnitudes):
        result, words = rescaled(model, plan)
        yield _Trial(result, words, plan.seeds)
        for found in raised(result):
            yield _Trial(found.model, f"{words}; {found.words}", plan.seeds)


def _epsilons(model: ModelFile, _now: Arithmetic) -> Iterator[_Trial]:
    for found in raised(model):
        yield _Trial(found.model, found.words, found.operators)


_KINDS: dict[str, _Trials] = {"clamp": _clamps, "rescale": _rescales, "epsilon": _epsilons}


class ArithmeticCures:
    """The cures for the disease of arithmetic, one kind after the other.

    Parameters
    ----------
    patient
        The model; its float32 file is replaced where a cure helps.
    now
        Its untreated arithmetic.
    """

    def __init__(self, patient: Patient, now: Arithmetic) -> None:
        self._patient, self._now = patient, now

    def treat(self) -> Arithmetic:
        """Try, measure, and keep the best of each kind; arithmetic of the treated float32 file."""
        for number, (kind, trials) in enumerate(_KINDS.items()):
            self._patient.progress(f"trials of the kind “{kind}”", 0.6 + 0.1 * number)
            self._best_of(kind, trials)
        return self._now

    def _best_of(self, kind: str, trials: _Trials) -> None:
        best: tuple[_Trial, Arithmetic, int] | None = None
        for trial in trials(self._patient.model, self._now):
            if self._patient.budget.is_spent:
                break
            found, place = self._tried(kind, trial)
            if found is not None and found.worst.is_better_than((best[1] if best else self._now).worst, WORTH_DB):
                best = trial, found, place
        if best is not None:
            self._patient.keep(best[2])
            self._patient.model, self._now = best[0].model, best[1]

    def _tried(self, kind: str, trial: _Trial) -> tuple[Arithmetic | None, int]:
        """Arithmetic of a trial, `None` if it changes float32's results or LiteRT does not run it; and its step."""
        patient, found = self._patient, None
        try:
            same = sameness(patient.expected, patient.run(trial.model))
            found = patient.arithmetic(trial.model) if same else None
            size_bytes = patient.cast(trial.model, patient.kept).size_bytes
            words = same or "but it changes the float32 results, so it is no cure"
        except HalfBitsError as error:
            size_bytes, words = trial.model.size_bytes, f"but it cannot be used: {error}"
        measured = found.worst if found is not None else NOT_RUN
        return found, patient.note(self._step(kind, trial, words, size_bytes, measured, found))

    def _step(
        self, kind: str, trial: _Trial, words: str, size_bytes: int, measured: Quality, found: Arithmetic | None
    ) -> CureStep:
        return CureStep(
            kind=kind,
            disease="arithmetic",
            sentence=f"{trial.words[:1].upper()}{trial.words[1:]}; {words}.",
            operators=trial.operators,
            size_bytes=size_bytes,
            snr_db=measured.snr_db,
            not_finite=measured.not_finite,
            snr_before_db=self._now.worst.snr_db,
            not_finite_before=self._now.worst.not_finite,
            is_kept=False,
            devices=found.snr_db if found is not None else {},
        )
