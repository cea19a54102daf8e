"""All numbers of a report as a JSON document."""

from dataclasses import asdict
from typing import Any

import numpy as np

from fp16core.claims.answer import RULE, answer
from fp16core.claims.claims import check_claims
from fp16core.claims.evidence import ClaimCheck
from fp16core.evaluate.comparison import Comparison
from fp16core.evaluate.comparison_document import comparison_document
from fp16core.evaluate.evaluation import Evaluation
from fp16core.json_text import nonfinite_as_null
from fp16core.lab.guarantee import Guarantee
from fp16core.modes.document import modes_document
from fp16core.modes.measured import measured_pair
from fp16core.modes.runs import ModeTable
from fp16core.numerics.propagation import Propagation
from fp16core.recordings.device import devices
from fp16core.report.findings import Findings
from fp16core.report.source import Source, source_document
from fp16core.study.distribution import in_distribution
from fp16core.tflite.size_account import size_account

FORMAT = 1
"""Version of the document's schema."""


def report_document(findings: Findings, source: Source) -> dict[str, Any]:
    """Return all numbers and their sources; infinite numbers and NaN become null."""
    found = answer(findings.comparison, findings.casting)
    comparison, account = findings.comparison, size_account(*findings.ledgers)
    document = {
        "format": FORMAT,
        "answer": {
            "kind": found.kind.name.lower(),
            "sentence": found.sentence,
            "rule": RULE,
            "accuracy_delta_interval": [found.low, found.high],
        },
        **source_document(findings, source),
        "comparison": comparison_document(findings.pair.name, comparison, findings.casting),
        "claims": [_claim(claim) for claim in judged_claims(findings)],
        "accuracy_by_digit": {
            "images": np.bincount(comparison.labels, minlength=10).tolist(),
            "reference": _by_digit(comparison.reference),
            "target": _by_digit(comparison.target),
        },
        "confusion": {
            "reference": comparison.reference.confusion.tolist(),
            "target": comparison.target.confusion.tolist(),
        },
        "changed_images": changed_images(comparison),
        "bytes": {"reference": account.reference, "target": account.target},
        "weights": [
            {
                "tensor": key,
                "shape": list(rounding.reference.shape),
                "stored_as": str(rounding.stored.dtype),
                "max_abs_error": rounding.max_abs_error,
                "max_relative_error": rounding.max_relative_error,
                "subnormal": rounding.subnormal,
                "underflowed": rounding.underflowed,
                "overflowed": rounding.overflowed,
            }
            for key, rounding in findings.roundings.items()
        ],
        "error_by_operator": _errors(findings),
        "guarantee": _guarantee(findings),
        "modes": _modes(findings),
        "recordings": _recordings(findings),
        "trainings": None if findings.luck is None else asdict(findings.luck),
    }
    plain: dict[str, Any] = nonfinite_as_null(document)
    return plain


def judged_claims(findings: Findings) -> tuple[ClaimCheck, ...]:
    """The tutorial's claims, checked on the pair, and over the trainings of the same recipe."""
    return in_distribution(check_claims(findings.evidence), findings.trainings, findings.luck)


def changed_images(comparison: Comparison) -> list[dict[str, Any]]:
    """List the images that the two models answer differently."""
    found = []
    for index in np.flatnonzero(comparison.changed).tolist():
        image = comparison.report(index)
        found.append(
            {
                "image": index,
                "true": int(comparison.labels[index]),
                "reference": image.reference_text,
                "target": image.target_text,
                "reference_probability": image.reference_probability,
                "target_probability": image.target_probability,
                "margin": image.margin,
                "max_abs_logit_delta": image.max_abs_logit_delta,
            }
        )
    return found


def measured_modes(findings: Findings) -> ModeTable | None:
    """Table of the modes of execution; `None` if no mode was run or timed."""
    runtimes = findings.evidence.runtimes
    table = ModeTable(findings.comparison.reference, {}) if runtimes.table is None else runtimes.table
    return table if table.runs or runtimes.latencies else None


def _claim(claim: ClaimCheck) -> dict[str, Any]:
    fields = asdict(claim)
    del fields["awaits"]
    return fields | {"verdict": claim.verdict.value}


def _by_digit(evaluation: Evaluation) -> list[float | None]:
    return [None if share is None else share.value for share in evaluation.per_class]


def _errors(findings: Findings) -> dict[str, Any]:
    if not isinstance(findings.propagation, Propagation):
        return {"unknown": findings.propagation}
    steps = []
    for each in findings.propagation.steps:
        steps.append({"operator": each.step.operator, **asdict(each.error), "snr_db": each.error.snr_db})
    return {"images": findings.propagation.images, "steps": steps}


def _guarantee(findings: Findings) -> dict[str, Any]:
    found = findings.guarantee
    if not isinstance(found, Guarantee):
        return {"unknown": found}
    return {"proven_images": found.proven_images, "not_proven": np.flatnonzero(~found.proven).tolist()}


def _recordings(findings: Findings) -> list[dict[str, Any]]:
    return [
        {
            "device": found.name,
            "kind": found.kind.value,
            "day": found.recording.day.isoformat(),
            "is_of_this_pair": found.recording.is_of(findings.pair),
            "computes_float16": found.computes_float16,
            "sums": [asdict(sums) | {"mode": sums.mode.value} for sums in found.sums],
            "shader_sums": [asdict(sums) for sums in found.shader_sums],
            "speed_with_its_pair": None if found.own is None else asdict(found.own),
            "speed_with_a_wide_network": None if found.wide is None else asdict(found.wide),
        }
        for found in devices(findings.evidence.runtimes.recordings)
    ]


def _modes(findings: Findings) -> dict[str, Any] | None:
    table = measured_modes(findings)
    if table is None:
        return None
    runtimes = findings.evidence.runtimes
    return modes_document(measured_pair(findings.pair), table, runtimes.latencies, runtimes.accounted)
