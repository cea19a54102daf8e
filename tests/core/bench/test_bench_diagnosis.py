"""The benchmark of a diagnosis: what it measures, and a short run over corrupted files."""

from pathlib import Path

import pytest

from fp16core.bench.child_cost import ProcessCost
from fp16core.bench.diagnosis import cost
from fp16core.bench.diagnosis.corrupted import NETWORKS, measure_corrupted, networks
from fp16core.bench.diagnosis.models import MODELS, file_stem
from fp16core.bench.measures import Duration, Memory, Ratio
from fp16core.bench.strangers.corruption import KINDS
from fp16core.bench.tables import result_tables


@pytest.mark.slow
def test_corrupted_files_get_a_verdict_or_a_sentence() -> None:
    progress: list[float] = []
    models = networks()
    assert {*models} == {*NETWORKS}
    outcomes = measure_corrupted(models, lambda _what, done: progress.append(done), count=len(KINDS))
    every, *kinds = outcomes
    assert every.files == len(KINDS)
    assert every.diagnosed + every.refused == every.files, every.why_ended
    assert [outcome.kind for outcome in kinds] == list(KINDS)
    assert sum(outcome.files for outcome in kinds) == every.files
    assert progress == sorted(progress)
    (table,) = result_tables(outcomes, 1)
    assert table.rows[0][:4] == ("all", str(every.files), str(every.diagnosed), str(every.refused))


def test_both_sides_are_measured_in_turn_on_the_same_files(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[str, ...]] = []

    def run(*arguments: str) -> ProcessCost:
        calls.append(arguments)
        if arguments[0].endswith("models"):
            for name in MODELS:
                Path(arguments[1], f"{file_stem(name)}.tflite").write_bytes(bytes(1_000_000))
            return ProcessCost(1, 1, {})
        is_ours = arguments[1] == "diagnose"
        answer = {"seconds": 1.0 if is_ours else 4.0, "resident_bytes": 50_000_000}
        return ProcessCost(2.5, 58_000_000 if is_ours else 66_000_000, answer)

    monkeypatch.setattr(cost, "run_module", run)
    found = cost.measure_cost(2, lambda _what, _done: None)
    assert len(calls) == 1 + 2 * 2 * len(MODELS)
    validated, diagnosed = calls[1], calls[2]
    assert (validated[1], diagnosed[1]) == ("validate", "diagnose")
    assert validated[2:] == diagnosed[2:]
    speed, memory, time, peak = found[:4]
    assert isinstance(speed, Ratio)
    assert speed.samples == (4.0, 4.0)
    assert isinstance(memory, Ratio)
    assert memory.samples == (2.0, 2.0)
    assert isinstance(time, Duration)
    assert time.median_ms == 2_500
    assert isinstance(peak, Memory)
    assert (peak.peak_bytes, peak.goal_bytes) == ((8_000_000, 8_000_000), 10_000_000)
