"""Judges of claims: each takes all evidence, and alone decides the verdict on its claim."""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps

from fp16core.claims.evidence import ClaimCheck, Evidence, Verdict

Judge = Callable[[Evidence], ClaimCheck]
"""Function that judges one claim."""


def about_float16(judge: Judge) -> Judge:
    """Judge of a claim about float16, which judges nothing without float16 weights, whatever the numbers."""

    @wraps(judge)
    def judged(evidence: Evidence) -> ClaimCheck:
        claim = judge(evidence)
        if evidence.target_holds_float16:
            return claim
        return replace(
            claim,
            measured="the target holds no float16 weights",
            verdict=Verdict.NOT_JUDGED,
            method="The types of all numbers stored in the target were read from its file; none is float16.",
            awaits=None,
        )

    return judged
