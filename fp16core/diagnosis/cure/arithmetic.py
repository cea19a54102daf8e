"""Cures of float16 arithmetic: constants that float16 holds, and numbers rescaled before squares and sums."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from fp16core.diagnosis.cure.constants import MOST_CLAMPED, MOST_RAISED, clamped, has_vanishing, raised
from fp16core.diagnosis.cure.measure import Quality
from fp16core.diagnosis.cure.patient import CURES, NOT_RUN, Arithmetic, Patient
from fp16core.diagnosis.cure.rescale import MOST_RESCALINGS, rescaled, rescalings
from fp16core.diagnosis.finding import Finding
from fp16core.diagnosis.outcome import CureStep
from fp16core.tflite.model_file import ModelFile
from fp16core.vocabulary import HalfBitsError


@dataclass(frozen=True)
class _Trial:
    """A changed float32 file, and what was changed; a fallback is of interest if all before it leave a break."""

    model: ModelFile
    words: str
    operators: tuple[int, ...]
    is_fallback: bool = False


_Trials = Callable[[ModelFile, Arithmetic], Iterator[_Trial]]


def _clamps(model: ModelFile, _now: Arithmetic) -> Iterator[_Trial]:
    for found in clamped(model):
        yield _Trial(found.model, found.words, found.operators)


def _rescales(model: ModelFile, now: Arithmetic) -> Iterator[_Trial]:
    for plan in rescalings(model, now.magnitudes):
        result, words = rescaled(model, plan)
        yield _Trial(result, words, plan.seeds)
        for found in raised(result) if has_vanishing(result) else ():
            yield _Trial(found.model, f"{words}; {found.words}", plan.seeds, is_fallback=True)


def _epsilons(model: ModelFile, _now: Arithmetic) -> Iterator[_Trial]:
    for found in raised(model):
        yield _Trial(found.model, found.words, found.operators)


@dataclass(frozen=True)
class _Kind:
    """A kind of cure: its trials, the most of them that there may be, and words for it."""

    trials: _Trials
    most: int
    words: str


_KINDS = {
    "clamp": _Kind(_clamps, MOST_CLAMPED, "large constants clamped"),
    "rescale": _Kind(_rescales, MOST_RESCALINGS * (1 + MOST_RAISED), "numbers rescaled"),
    "epsilon": _Kind(_epsilons, MOST_RAISED, "small constants raised"),
}

_FIRST = CURES - len(_KINDS) + 1
"""Place of the first kind among the cures, which begin with weights in float32."""


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
        for place, kind in enumerate(_KINDS):
            self._best_of(kind, place)
        if self._now.worst.finding is Finding.BREAKS:
            self._one_of_each()
        return self._now

    def _one_of_each(self) -> None:
        """Several kinds at once: where two diseases make every result NaN, neither cure helps alone."""
        stages: list[tuple[ModelFile, Arithmetic, int]] = []
        model, now = self._patient.model, self._now
        for kind, known in _KINDS.items():
            for trial in known.trials(model, now):
                if self._patient.budget.is_spent:
                    return
                self._patient.progress("Trying cures: several at once", 0.9)
                found, place = self._tried(kind, trial)
                if found is not None:
                    model, now = trial.model, found
                    stages.append((model, now, place))
                    break
        if now.is_better_than(self._now):
            while len(stages) > 1 and not stages[-1][1].is_better_than(stages[-2][1]):
                stages.pop()
            self._patient.model, self._now, _ = stages[-1]
            for _, _, place in stages:
                self._patient.keep(place)

    def _best_of(self, kind: str, cure: int) -> None:
        known = _KINDS[kind]
        best: tuple[_Trial, Arithmetic, int] | None = None
        tried = 0
        for number, trial in enumerate(known.trials(self._patient.model, self._now)):
            if self._patient.budget.is_spent:
                break
            if trial.is_fallback and best is not None and best[1].worst.finding is not Finding.BREAKS:
                continue
            tried += 1
            what = f"{known.words}: trial {tried} of at most {known.most}"
            self._patient.trying(_FIRST + cure, what, 0.6 + 0.1 * (cure + number / known.most))
            found, place = self._tried(kind, trial)
            if found is not None and found.is_better_than(best[1] if best else self._now):
                best = trial, found, place
            elif found is not None and kind == "clamp":
                break  # these constants do no harm, or it is another one that matters
        if best is not None:
            self._patient.keep(best[2])
            self._patient.model, self._now = best[0].model, best[1]

    def _tried(self, kind: str, trial: _Trial) -> tuple[Arithmetic | None, int]:
        """Arithmetic of a trial, `None` if it is no cure; and its step.

        One that changes float32's results is none. What clamping would give is measured nevertheless: a mask that hides
        a whole row changes that row's results, and it is for the user to know whether anybody reads them.
        """
        patient, found, is_same = self._patient, None, False
        try:
            same = patient.sameness(trial.model)
            is_same = not same.differing
            found = patient.arithmetic(trial.model) if is_same or kind == "clamp" else None
            size_bytes = patient.cast(trial.model, patient.kept).size_bytes
            words = same.words(patient.samples.labels)
        except HalfBitsError as error:
            size_bytes, words, is_same = trial.model.size_bytes, f"it cannot be used: {error}", False
        measured = found.worst if found is not None else NOT_RUN
        place = patient.note(self._step(kind, trial, words, size_bytes, measured, found))
        return found if is_same else None, place

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
