"""Comparing the two models: statistics, comparisons, claims."""

from fp16core.evaluate.both import BothAnswers, read_digits
from fp16core.evaluate.claims import check_claims
from fp16core.evaluate.comparison import Comparison, classifiers, compare
from fp16core.evaluate.evaluation import Answers, Evaluation, answer_text, predicted, softmax
from fp16core.evaluate.evidence import ClaimCheck, Evidence, Verdict, gather_evidence
from fp16core.evaluate.statistics import Proportion, mcnemar_exact, proportion

__all__ = [
    "Answers",
    "BothAnswers",
    "ClaimCheck",
    "Comparison",
    "Evaluation",
    "Evidence",
    "Proportion",
    "Verdict",
    "answer_text",
    "check_claims",
    "classifiers",
    "compare",
    "gather_evidence",
    "mcnemar_exact",
    "predicted",
    "proportion",
    "read_digits",
    "softmax",
]
