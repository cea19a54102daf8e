"""Runs side by side as tables: the settings in which they differ, and their results."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from fp16core.evaluate.run_results import RunResult, same_images
from fp16core.text import bytes_text, duration_text, percent_text, points_text, small_text
from fp16core.training.recipe_text import SETTINGS, named_setting_text, setting_text

_UNKNOWN = "not recorded"


@dataclass(frozen=True)
class Row:
    """One property of several runs, as text: a value for each."""

    what: str
    values: tuple[str, ...]


def time_text(created: datetime) -> str:
    """Time at which a run ended: ``2026-11-24 02:17``."""
    return f"{created:%Y-%m-%d %H:%M}"


def differing_settings(results: Sequence[RunResult]) -> tuple[Row, ...]:
    """Settings in which the runs' recipes differ, and the test images if those differ."""
    rows = [
        Row(name.replace("_", " "), tuple(setting_text(name, result.recipe) for result in results))
        for name in SETTINGS
        if _differs(name, results)
    ]
    if not same_images(results):
        rows.append(Row("test images", tuple(result.images_name for result in results)))
    return tuple(rows)


def shared_settings(results: Sequence[RunResult]) -> str:
    """Settings that all recipes share, as a list of words; empty if there are none."""
    return ", ".join(named_setting_text(name, results[0].recipe) for name in SETTINGS if not _differs(name, results))


def result_rows(results: Sequence[RunResult]) -> tuple[Row, ...]:
    """Results of the runs: accuracies, changed answers, file sizes, duration."""
    texts: dict[str, Callable[[RunResult], str]] = {
        "float32 accuracy": lambda result: percent_text(result.reference.value),
        "float16 accuracy": lambda result: percent_text(result.target.value),
        "float16 − float32": lambda result: points_text(result.accuracy_delta),
        "changed answers": lambda result: f"{result.changed.successes:,} of {result.changed.total:,}",
        "largest logit change": lambda result: (
            _UNKNOWN if result.max_abs_logit_delta is None else small_text(result.max_abs_logit_delta)
        ),
        "float32 file": lambda result: bytes_text(result.reference_bytes),
        "float16 file": lambda result: bytes_text(result.target_bytes),
        "took": lambda result: _UNKNOWN if result.seconds is None else duration_text(result.seconds),
        "ended (UTC)": lambda result: time_text(result.created),
    }
    return tuple(Row(what, tuple(text(result) for result in results)) for what, text in texts.items())


def _differs(name: str, results: Sequence[RunResult]) -> bool:
    return len({getattr(result.recipe, name) for result in results}) > 1
