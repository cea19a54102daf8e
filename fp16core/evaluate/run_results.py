"""Results of training runs from their records, to compare runs without repeating them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from fp16core.data.mnist import BUNDLED as BUNDLED_MNIST
from fp16core.data.mnist import SHA256, load_mnist
from fp16core.evaluate.comparison import compare
from fp16core.evaluate.statistics import Proportion, paired_difference, proportion
from fp16core.runs.pair import BUNDLED, BUNDLED_NAME, load_pair
from fp16core.runs.record import REFERENCE_FILE, TARGET_FILE
from fp16core.runs.run import Run
from fp16core.runs.run_folder import read_run_folder
from fp16core.training.recipe import Recipe


@dataclass(frozen=True)
class RunResult:
    """A run's outcome on its test images.

    Attributes
    ----------
    name
        Name of the run.
    created
        End of the run, UTC.
    recipe
        Settings of the training.
    reference, target
        Accuracies of the float32 and the float16 file, with their 95 % Wilson intervals.
    changed
        Share of answers that float16 changed, likewise.
    delta_low, delta_high
        Limits of a 95 % interval of the accuracy delta, as a share of 1. The record does not tell how many of
        the changed answers were right before or after, so it is as wide as if all were.
    reference_bytes, target_bytes
        File sizes.
    max_abs_logit_delta
        Largest change of a logit; `None` if it was not recorded or is not a number.
    seconds
        Duration of the run; `None` if it was not recorded.
    images_name
        Name of its test images.
    images_digest
        SHA-256 of its test images, empty if it was not recorded.
    """

    name: str
    created: datetime
    recipe: Recipe
    reference: Proportion
    target: Proportion
    changed: Proportion
    delta_low: float
    delta_high: float
    reference_bytes: int
    target_bytes: int
    max_abs_logit_delta: float | None
    seconds: float | None
    images_name: str
    images_digest: str

    @property
    def accuracy_delta(self) -> float:
        """Accuracy of the target minus that of the reference."""
        return (self.target.successes - self.reference.successes) / self.reference.total


def run_result(run: Run) -> RunResult:
    """The outcome of a stored run."""
    return _result(run.name, run.created, run.recipe, run.record)


def bundled_result(max_abs_logit_delta: float | None = None) -> RunResult:
    """The outcome of the run that the bundled pair comes from.

    Parameters
    ----------
    max_abs_logit_delta
        Largest change of a logit, by `bundled_logit_delta`: the bundled run's record does not hold it.

    Raises
    ------
    RunError
        If the bundled pair was altered.
    """
    record = read_run_folder(BUNDLED).record
    found = _result(BUNDLED_NAME, record.created, record.recipe, record.document)
    return found if max_abs_logit_delta is None else replace(found, max_abs_logit_delta=max_abs_logit_delta)


def bundled_logit_delta() -> float:
    """Largest change of a logit by float16 on all test images of the bundled MNIST, measured on the bundled pair.

    Raises
    ------
    HalfBitsError
        If either of them was altered.
    """
    return compare(load_pair(BUNDLED), *load_mnist("test", BUNDLED_MNIST)).max_abs_logit_delta


def fewest_changed(results: Sequence[RunResult]) -> tuple[RunResult, ...]:
    """Runs of which float16 changed the smallest share of answers."""
    least = min((result.changed.value for result in results), default=math.nan)
    return tuple(result for result in results if result.changed.value == least)


def same_images(results: Sequence[RunResult]) -> bool:
    """Return whether all were tested on the same images, as far as is known."""
    return len({result.images_digest for result in results}) <= 1


def _result(name: str, created: datetime, recipe: Recipe, record: Mapping[str, Any]) -> RunResult:
    images, changed = record["test_images"], record["changed_predictions"]
    reference, target = (
        proportion(round(record[key] * images), images) for key in ("reference_accuracy", "target_accuracy")
    )
    gain = target.successes - reference.successes
    low, high = paired_difference(gain, max(changed, abs(gain)), images)
    dataset = record.get("dataset", {})
    digest = str(dataset.get("test_sha256", ""))
    return RunResult(
        name=name,
        created=created,
        recipe=recipe,
        reference=reference,
        target=target,
        changed=proportion(changed, images),
        delta_low=low,
        delta_high=high,
        reference_bytes=record["files"][REFERENCE_FILE]["size_bytes"],
        target_bytes=record["files"][TARGET_FILE]["size_bytes"],
        max_abs_logit_delta=_number(record.get("max_abs_logit_delta")),
        seconds=_total_seconds(record.get("seconds")),
        images_name="MNIST" if digest == SHA256["x_test"] else str(dataset.get("name") or digest[:12] or "unknown"),
        images_digest=digest,
    )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def _total_seconds(parts: object) -> float | None:
    if not isinstance(parts, Mapping):
        return _number(parts)
    known = [_number(part) for part in parts.values()]
    return None if None in known else sum(part for part in known if part is not None)
