"""All that was measured of the modes of execution, as one JSON document."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import fp16core
from fp16core.modes.emulated import Accounted
from fp16core.modes.latency import REFERENCE, TARGET, Latency, ModeLatency
from fp16core.modes.measured import MeasuredPair, document_header, today
from fp16core.modes.network import Network
from fp16core.modes.runs import ModeOutcome, ModeRun, ModeTable
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.runtime.processor import read_processor
from fp16core.runtime.versions import versions


def modes_document(
    pair: MeasuredPair,
    table: ModeTable,
    latencies: Mapping[ExecutionMode, ModeLatency | str],
    accounted: Mapping[ExecutionMode, Accounted | str],
    network: Network = Network.PAIR,
) -> dict[str, Any]:
    """All that was measured, for JSON.

    Parameters
    ----------
    pair
        The files that were measured.
    table, latencies, accounted
        Results; each may lack modes.
    network
        Network that they hold.
    """
    days = [run.day for run in table.runs] + [x.day for x in latencies.values() if isinstance(x, ModeLatency)]
    return {
        **document_header("modes", pair, max(days, default=today())),
        "network": network.value,
        "processor": asdict(read_processor()),
        "versions": {"half-the-bits": fp16core.__version__, **versions()},
        "modes": [
            {
                "mode": mode.value,
                "title": mode.title,
                **_accuracy(table, table.outcomes.get(mode), network),
                **_emulation(accounted.get(mode)),
                **_times(latencies.get(mode)),
            }
            for mode in ExecutionMode
        ],
    }


def _accuracy(table: ModeTable, outcome: ModeOutcome | None, network: Network) -> dict[str, Any]:
    if outcome is None:
        return {}
    if isinstance(outcome, str):
        return {"available": False, "reason": outcome}
    files, is_trained = {}, network is Network.PAIR
    compared = outcome.against(table.baseline)
    for name, cell in ((REFERENCE, compared.reference.comparison), (TARGET, compared.target.comparison)):
        files[name] = {
            "accuracy": cell.target.accuracy.value if is_trained else None,
            "accuracy_delta": cell.accuracy_delta if is_trained else None,
            "changed_predictions": cell.changed_predictions,
            "max_abs_logit_delta": cell.max_abs_logit_delta,
            "mean_abs_logit_delta": cell.mean_abs_logit_delta,
            "snr_db_by_operator": _steps(outcome, name),
        }
    return {
        "available": True,
        "images": outcome.images,
        "batch": outcome.batch,
        "adapter": None if outcome.adapter is None else asdict(outcome.adapter),
        "asks_for_float16": outcome.mode.asks_for_float16,
        "computes_float16": outcome.computes_float16,
        "upsampled": None if outcome.upsampled is None else outcome.upsampled.value,
        **files,
    }


def _steps(run: ModeRun, name: str) -> list[dict[str, Any]]:
    errors = [(step.operator, step.reference if name == REFERENCE else step.target) for step in run.steps]
    return [
        {"operator": operator, "snr_db": error.snr_db, "max_abs_error": error.max_abs_error}
        for operator, error in errors
    ]


def _emulation(found: Accounted | str | None) -> dict[str, Any]:
    if not isinstance(found, Accounted):
        return {}
    return {"emulation": {"agrees": asdict(found.best) if found.is_explained else None, **asdict(found)}}


def _times(found: ModeLatency | str | None) -> dict[str, Any]:
    if found is None:
        return {}
    if isinstance(found, str):
        return {"latency": {"reason": found}}
    return {
        "latency": [_batch(latency) for latency in found.latencies],
        "memory_of_a_copy": asdict(found.memory),
        "first_load_ms": found.first_load_ms,
        "timed_on": None if found.adapter is None else asdict(found.adapter),
    }


def _batch(found: Latency) -> dict[str, Any]:
    return {
        "images_at_once": found.batch,
        "calls": found.pairs,
        "timing_of_a_call": {what: asdict(found.timing(what)) for what in found.rounds[0]},
        "load_ms": dict(found.load_ms),
        "first_run_ms": dict(found.first_run_ms),
        "target_over_reference": asdict(found.files),
        "reference_over_itself": asdict(found.control),
        "float16_over_float32_arithmetic": None if found.arithmetic is None else asdict(found.arithmetic),
        "verdict": found.difference.value,
    }
