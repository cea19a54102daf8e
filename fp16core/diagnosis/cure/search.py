"""Search for the operators whose weights are worth their bytes in float32."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

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

_SIZES = (1, 2, 4, 6, 8, 12, 16, 32)
"""Numbers of groups in float32 that become points of the curve."""

_LARGER_SHARES = (0.02, 0.05, 0.1, 0.2)
"""Shares beyond it that are measured too, to show what more bytes would buy."""

_MOST_MEASURED = 128
"""Most groups whose damage is measured one by one."""

_MOST_DROPPED = 16
"""Most groups in the best set for which a trial without each is worth the time."""

_CURE = 1
"""Its place among the cures."""

_SLIGHT_DB = 0.1
"""Loss that is accepted for leaving a group out again."""


@dataclass(frozen=True)
class _Point:
    """A set of groups in float32, measured; its place among the steps once it is noted."""

    groups: tuple[WeightGroup, ...]
    size_bytes: int
    quality: Quality
    words: str
    place: int = 0


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
        start = _Point((), target.size_bytes, stored, "")
        best = start
        if self._infinite:
            names = "whose weights are beyond ±65,504"
            infinite = self._measured(self._infinite, f"{self._named(self._infinite)}, {names}")
            best = self._better(start, self._noted(infinite, start))
        if not self._is_enough(best):
            best = self._greedy(start, best)
        if best.groups:
            best = self._without_useless(start, best)
            self._patient.keep(best.place)
            self._patient.kept = tuple(index for group in best.groups for index in group.tensors)

    def _greedy(self, start: _Point, best: _Point) -> _Point:
        damages = self._damages([group for group in self._groups if group not in best.groups])
        ranked = sorted(damages, key=lambda group: damages[group] / group.extra_bytes, reverse=True)
        affordable = _affordable(ranked, EXTRA_SHARE * start.size_bytes)
        taken, limit = best.groups, best.size_bytes + EXTRA_SHARE * start.size_bytes
        sizes = sorted({min(size, len(affordable)) for size in _SIZES} - {0})
        for number, size in enumerate(sizes):
            if self._patient.budget.is_spent:
                break
            point = self._tried(start, taken + tuple(affordable[:size]), 0.4 + 0.06 * number / len(sizes))
            if point.size_bytes <= limit:
                best = self._better(best, point)
            if self._is_enough(point):
                return best
        return self._beyond(start, best, taken, ranked)

    def _beyond(self, start: _Point, best: _Point, taken: tuple[WeightGroup, ...], ranked: list[WeightGroup]) -> _Point:
        """Points of the curve at more bytes; one is kept only if the user's tolerance asks for it."""
        last: list[WeightGroup] = _affordable(ranked, EXTRA_SHARE * start.size_bytes)
        for number, share in enumerate(_LARGER_SHARES):
            chosen = _affordable(ranked, share * start.size_bytes)
            if self._patient.budget.is_spent:
                break
            if chosen != last:
                point = self._tried(start, taken + tuple(chosen), 0.46 + 0.04 * number / len(_LARGER_SHARES))
                last = chosen
                if point.quality.is_within:
                    return point
        return best

    def _tried(self, start: _Point, chosen: tuple[WeightGroup, ...], done: float) -> _Point:
        self._patient.trying(_CURE, f"weights in float32: those of {count_text(len(chosen), 'group')}", done)
        return self._noted(self._measured(chosen, self._named(chosen)), start)

    def _damages(self, groups: list[WeightGroup]) -> dict[WeightGroup, float]:
        """Error energy of the worst output, as a share of its energy, if only one group's weights are rounded."""
        damages = {}
        measured = sorted(groups, key=self._rounding, reverse=True)[:_MOST_MEASURED]
        for number, group in enumerate(measured):
            if self._patient.budget.is_spent:
                break
            self._patient.trying(
                _CURE,
                f"weights in float32: damage by those of {self._named((group,))}, {number + 1} of {len(measured)}",
                0.05 + 0.35 * number / len(measured),
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
        for number, group in enumerate(reversed(best.groups)):
            rest = tuple(other for other in best.groups if other is not group)
            if not rest or self._patient.budget.is_spent:
                break
            self._patient.trying(
                _CURE,
                f"weights in float32: the best set without those of {self._named((group,))}",
                0.5 + 0.05 * number / _MOST_DROPPED,
            )
            point = self._measured(rest, f"{self._named(rest)}: the others add nothing")
            if not best.quality.is_better_than(point.quality, _SLIGHT_DB):
                best = point
        return best if best.place else self._noted(best, start)

    def _measured(self, groups: tuple[WeightGroup, ...], words: str) -> _Point:
        target = self._patient.cast(self._patient.model, [index for group in groups for index in group.tensors])
        return _Point(groups, target.size_bytes, self._patient.stored(target), words)

    def _noted(self, point: _Point, start: _Point) -> _Point:
        step = CureStep(
            kind="float32 operators",
            disease="file",
            sentence=f"Weights stay float32 in {point.words}.",
            operators=tuple(sorted(index for group in point.groups for index in group.operators)),
            size_bytes=point.size_bytes,
            snr_db=point.quality.snr_db,
            not_finite=point.quality.not_finite,
            snr_before_db=start.quality.snr_db,
            not_finite_before=start.quality.not_finite,
            is_kept=False,
        )
        return replace(point, place=self._patient.note(step))

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
