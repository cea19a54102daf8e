"""Search for the operators whose weights are worth their bytes in float32."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from fp16core.diagnosis.cure.measure import Quality
from fp16core.diagnosis.cure.patient import WORTH_DB, Patient
from fp16core.diagnosis.cure.recipe import WeightGroup, weight_groups
from fp16core.diagnosis.outcome import CureStep
from fp16core.diagnosis.words import operator_text
from fp16core.text import count_text
from fp16core.tflite.model_file import ModelFile
from fp16core.tflite.replace import replace_values
from fp16core.vocabulary import ModelFileError

EXTRA_SHARE = 0.01
"""Share of the float16 file by which float32 weights may enlarge it, beyond those that no float16 number can hold."""

_SIZES = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
"""Numbers of groups in float32 that become points of the curve."""

_MOST_MEASURED = 128
"""Most groups whose damage is measured one by one."""

_MOST_DROPPED = 12
"""Most groups in the best set for which a trial without each is worth the time."""

_SLIGHT_DB = 0.1
"""Loss that is accepted for leaving a group out again."""


@dataclass(frozen=True)
class _Point:
    groups: tuple[WeightGroup, ...]
    size_bytes: int
    quality: Quality
    place: int


class Float32Operators:
    """The cure of leaving operators' weights in float32, for the disease of storage.

    Parameters
    ----------
    patient
        The model; its `kept` tensors are set if this helps.
    """

    def __init__(self, patient: Patient) -> None:
        self._patient = patient
        self._file = patient.model.graph
        self._groups = weight_groups(self._file) if patient.is_castable else ()
        self._infinite = tuple(group for group in self._groups if self._has_infinite(group))

    def treat(self, target: ModelFile, stored: Quality) -> None:
        """Try, measure, and keep the best.

        Parameters
        ----------
        target, stored
            The untreated float16 file, and its quality in float32 arithmetic.
        """
        start = _Point((), target.size_bytes, stored, 0)
        best = start
        if self._infinite:
            names = "whose weights are beyond ±65,504"
            best = self._better(start, self._point(self._infinite, start, f"{self._named(self._infinite)}, {names}"))
        if not self._is_enough(best):
            best = self._greedy(start, best)
        if best.groups:
            best = self._without_useless(start, best)
            self._patient.keep(best.place)
            self._patient.kept = tuple(index for group in best.groups for index in group.tensors)

    def _greedy(self, start: _Point, best: _Point) -> _Point:
        taken, limit = best.groups, best.size_bytes + EXTRA_SHARE * start.size_bytes
        points: list[_Point] = []
        damages = self._damages([group for group in self._groups if group not in taken])
        ranked = sorted(damages, key=lambda group: damages[group] / group.extra_bytes, reverse=True)
        ranked = _affordable(ranked, EXTRA_SHARE * start.size_bytes)
        for size in dict.fromkeys(min(size, len(ranked)) for size in _SIZES):
            if size == 0 or self._patient.budget.is_spent:
                break
            chosen = taken + tuple(ranked[:size])
            self._patient.progress(f"Trying cures: {count_text(len(chosen), 'group')} of weights in float32", 0.5)
            points.append(self._point(chosen, start, self._named(chosen)))
            if self._is_enough(points[-1]):
                break
        affordable = [point for point in points if point.size_bytes <= limit]
        for point in affordable:
            best = self._better(best, point)
        return best

    def _damages(self, groups: list[WeightGroup]) -> dict[WeightGroup, float]:
        """Error energy of the worst output, as a share of its energy, if only one group's weights are rounded."""
        damages = {}
        for number, group in enumerate(sorted(groups, key=self._rounding, reverse=True)[:_MOST_MEASURED]):
            if self._patient.budget.is_spent:
                break
            self._patient.progress(
                f"damage by the weights of {self._named((group,))}", 0.1 + 0.4 * number / len(groups)
            )
            try:
                found = self._patient.stored(self._rounded(group))
            except ModelFileError:
                continue  # its bytes are also another type's numbers, which cannot be changed
            damages[group] = float("inf") if found.not_finite else 10 ** (-found.snr_db / 10)
        return {group: damage for group, damage in damages.items() if damage > 0}

    def _without_useless(self, start: _Point, best: _Point) -> _Point:
        """The best set without the groups that add nothing."""
        if len(best.groups) > _MOST_DROPPED:
            return best
        for group in reversed(best.groups):
            rest = tuple(other for other in best.groups if other is not group)
            if not rest or self._patient.budget.is_spent:
                break
            self._patient.progress(f"Trying cures: the best set without {self._named((group,))}", 0.52)
            point = self._point(rest, start, f"{self._named(rest)}: as before, but for {self._named((group,))}")
            if not best.quality.is_better_than(point.quality, _SLIGHT_DB):
                best = point
        return best

    def _point(self, groups: tuple[WeightGroup, ...], start: _Point, words: str) -> _Point:
        patient = self._patient
        target = patient.cast(patient.model, [index for group in groups for index in group.tensors])
        found = patient.stored(target)
        place = patient.note(
            CureStep(
                kind="float32 operators",
                disease="file",
                sentence=f"Weights stay float32 in {words}.",
                operators=tuple(sorted(index for group in groups for index in group.operators)),
                size_bytes=target.size_bytes,
                snr_db=found.snr_db,
                not_finite=found.not_finite,
                snr_before_db=start.quality.snr_db,
                not_finite_before=start.quality.not_finite,
                is_kept=False,
            )
        )
        return _Point(groups, target.size_bytes, found, place)

    def _better(self, best: _Point, other: _Point) -> _Point:
        return other if other.quality.is_better_than(best.quality, WORTH_DB) else best

    def _is_enough(self, point: _Point) -> bool:
        if point.quality.not_finite:
            return False
        return point.quality.snr_db == float("inf") or bool(point.quality.is_within)

    def _has_infinite(self, group: WeightGroup) -> bool:
        with np.errstate(over="ignore"):
            return any(
                not np.isfinite(self._file.tensors[index].values.astype(np.float16)).all() for index in group.tensors
            )

    def _rounded(self, group: WeightGroup) -> ModelFile:
        with np.errstate(over="ignore"):
            return replace_values(
                self._patient.model,
                {i: self._file.tensors[i].values.astype(np.float16).astype(np.float32) for i in group.tensors},
            )

    def _rounding(self, group: WeightGroup) -> float:
        """Relative rounding error of a group's weights, which says where to look first."""
        values = self._file.tensors[group.tensors[0]].values.astype(np.float32)
        with np.errstate(over="ignore", invalid="ignore"):
            error = np.abs(values - values.astype(np.float16).astype(np.float32)).max(initial=0.0)
            return float(error / max(float(np.abs(values).max(initial=0.0)), 1e-45))

    def _named(self, groups: Iterable[WeightGroup]) -> str:
        """Operators in words: the first three by index and kind."""
        indices = sorted(index for group in groups for index in group.operators)
        names = [operator_text(index, self._file.operators[index].name) for index in indices[:3]]
        more = len(indices) - len(names)
        return ", ".join(names) + (f" and {count_text(more, 'more operator')}" if more else "")


def _affordable(ranked: list[WeightGroup], extra_bytes: float) -> list[WeightGroup]:
    """Groups in their order whose float32 weights together stay within some bytes."""
    chosen, used = [], 0
    for group in ranked:
        if used + group.extra_bytes <= extra_bytes:
            chosen.append(group)
            used += group.extra_bytes
    return chosen
