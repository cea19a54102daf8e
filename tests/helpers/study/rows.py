"""Rows of studies that never ran."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from fp16core.runs.record import FileRecord
from fp16core.study.rows.results import Change, Effect, Results, WeightCounts
from fp16core.study.rows.row import DatasetFacts, Ending, Machine, Row
from fp16core.study.running.measure import STUDIED_WAYS
from fp16core.training.recipe import Recipe

DATASET = DatasetFacts("MNIST", 60_000, 10_000, "ab" * 32)
MACHINE = Machine("Some processor", "Linux x86_64", 2, {"half-the-bits": "0.2.0"})


def effect(reference_correct: int = 9600, correct: int = 9600, changed: Sequence[Change] = (), **other: Any) -> Effect:
    """An effect on 10,000 answers."""
    usual = Effect(
        images=10_000,
        reference_correct=reference_correct,
        correct=correct,
        loss=0.125,
        changed=tuple(changed),
        max_abs_logit_delta=0.0025,
        mean_abs_logit_delta=0.0005,
        least_flip_factor=1.5,
        closest_image=77,
        flips_within=(0, 1, 2, 3, 4, 5, 6),
        snr_db=77.5,
        proven_images=9990,
    )
    return replace(usual, **other)


def row(seed: int, found: Effect | None = None, recipe: Recipe | None = None, processor: str = "") -> Row:
    """A trained row; ``found`` is the effect of TensorFlow's file."""
    found = found or effect()
    arithmetic = replace(effect(), images=250, reference_correct=240, correct=240, proven_images=0)
    counts = WeightCounts(20_410, 15, 0)
    files = {"mnist_model.tflite": FileRecord(85_376, "cd" * 32)}
    results = Results(
        reference_loss=0.12,
        converter=found,
        quantizer=replace(effect(found.reference_correct, found.reference_correct), proven_images=None),
        arithmetic=dict.fromkeys(STUDIED_WAYS, arithmetic),
        converter_weights=counts,
        quantizer_weights=replace(counts, cast=20_388),
        files=files,
        seconds={"training": 3.25},
        peak_memory_bytes=800_000_000,
    )
    machine = replace(MACHINE, processor=processor or MACHINE.processor)
    chosen = replace(recipe or Recipe(), seed=seed)
    return Row(chosen, DATASET, Ending.TRAINED, None, "2026-11-26T12:00:00+00:00", results, machine)


def without_results(seed: int, ending: Ending) -> Row:
    """A row of a training that diverged or failed."""
    machine = None if ending is Ending.FAILED else MACHINE
    return Row(Recipe(seed=seed), DATASET, ending, "Some reason.", "2026-11-26T12:00:00+00:00", None, machine)
