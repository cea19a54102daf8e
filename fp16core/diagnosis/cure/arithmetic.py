"""Cures of float16 arithmetic: constants that float16 holds, and numbers rescaled before squares and sums."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from fp16core.diagnosis.cure.constants import clamped, has_vanishing, raised
from fp16core.diagnosis.cure.measure import Quality, Sameness
from fp16core.diagnosis.cure.patient import NOT_RUN, Arithmetic, Patient
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
        for found in raised(result) if has_vanishing(result) else ():
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
            self._best_of(kind, trials, 0.6 + 0.1 * number)
        return self._now

    def _best_of(self, kind: str, trials: _Trials, done: float) -> None:
        best: tuple[_Trial, Arithmetic, int] | None = None
        for trial in trials(self._patient.model, self._now):
            if self._patient.budget.is_spent:
                break
            self._patient.progress(f"{kind}: {trial.words}", done)
            found, place = self._tried(kind, trial)
            if found is not None and found.is_better_than(best[1] if best else self._now):
                best = trial, found, place
        if best is not None:
            self._patient.keep(best[2])
            self._patient.model, self._now = best[0].model, best[1]

    def _tried(self, kind: str, trial: _Trial) -> tuple[Arithmetic | None, int]:
        """Arithmetic of a trial, `None` if it is no cure or LiteRT does not run it; and its step."""
        patient, found = self._patient, None
        try:
            same = patient.sameness(trial.model)
            found = patient.arithmetic(trial.model) if self._may_differ(kind, same) else None
            size_bytes = patient.cast(trial.model, patient.kept).size_bytes
            words = same.words(patient.samples.labels)
        except HalfBitsError as error:
            size_bytes, words = trial.model.size_bytes, f"it cannot be used: {error}"
        measured = found.worst if found is not None else NOT_RUN
        return found, patient.note(self._step(kind, trial, words, size_bytes, measured, found))

    def _may_differ(self, kind: str, same: Sameness) -> bool:
        """True if a trial with such an agreement is measured: it has to be the same, with one exception.

        A row of scores that a mask of −1e30 hides as a whole is lost in the addition; after clamping it is not, so that
        the results of that row, which nobody means to use, change. Made-up inputs have such rows: clamping may change
        fewer than half of them. Real inputs may not change at all.
        """
        if not same.differing:
            return True
        return kind == "clamp" and not self._patient.samples.are_real and 2 * len(same.differing) < same.samples

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
