"""Comparing the two models: statistics and comparisons; the claims, and what else follows, in modules of their own."""

from fp16core.evaluate.both import BothAnswers, read_digits
from fp16core.evaluate.comparison import Comparison, classifiers, compare
from fp16core.evaluate.evaluation import Answers, Evaluation, answer_text, predicted, softmax
from fp16core.evaluate.statistics import Proportion, mcnemar_exact, proportion

__all__ = [
    "Answers",
    "BothAnswers",
    "Comparison",
    "Evaluation",
    "Proportion",
    "answer_text",
    "classifiers",
    "compare",
    "mcnemar_exact",
    "predicted",
    "proportion",
    "read_digits",
    "softmax",
]
