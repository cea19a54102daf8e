"""Results of the commands ``compare`` and ``runtimes``, run as a user runs them, in a process of their own."""

from dataclasses import dataclass
from typing import Any

from fp16core.bench.child_cost import run_module
from fp16core.training.recipe import Progress


@dataclass(frozen=True)
class ComparisonResult:
    """The comparison of the bundled pair.

    Attributes
    ----------
    found
        JSON document of ``compare``.
    """

    found: dict[str, Any]

    def document(self) -> dict[str, Any]:
        """The result for JSON."""
        return self.found


@dataclass(frozen=True)
class RuntimesResult:
    """The bundled pair in every mode of execution.

    Attributes
    ----------
    found
        JSON document of ``runtimes``.
    """

    found: dict[str, Any]

    def document(self) -> dict[str, Any]:
        """The result for JSON."""
        return self.found


def measure_comparison(_repeats: int, report: Progress) -> list[ComparisonResult]:
    """Compare the bundled pair, once: the result is the same each time."""
    report("comparing both models", 0.0)
    return [ComparisonResult(run_module("fp16core", "compare", "--json").answer)]


def measure_runtimes(_repeats: int, report: Progress) -> list[RuntimesResult]:
    """Run the bundled pair in every mode of execution, once: the command itself repeats whatever it times."""
    report("running both files in every mode of execution", 0.0)
    many = run_module("fp16core", "runtimes", "--json")
    report("the same with single images", 0.7)
    single = run_module("fp16core", "runtimes", "--batch", "1", "--no-latency", "--json")
    return [RuntimesResult(many.answer), RuntimesResult(single.answer)]
