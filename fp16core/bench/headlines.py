"""The sentences of README that quote a measurement."""

from collections.abc import Callable, Mapping, Sequence

from fp16core.bench.command_results import ComparisonResult
from fp16core.bench.load.results import ONE_PROCESS, Throughput
from fp16core.bench.measures import Ratio
from fp16core.bench.parts import Result
from fp16core.bench.uploads.results import UploadAccuracy
from fp16core.text import bytes_text, percent_text


def _comparison(results: Sequence[Result]) -> str:
    (found,) = (result.found for result in results if isinstance(result, ComparisonResult))
    sizes = (bytes_text(found[f"{role}_size_bytes"]) for role in ("target", "reference"))
    accuracies = (percent_text(found[f"{role}_accuracy"]) for role in ("reference", "target"))
    changed = found["changed_predictions"]
    return (
        f"The float16 file is {found['size_ratio']:.2f}× smaller ({' instead of '.join(sizes)}). Accuracy goes from "
        f"{' to '.join(accuracies)}; {changed:,} of {found['images']:,} answers change{'s' if changed == 1 else ''}."
    )


def _process(results: Sequence[Result]) -> str:
    time, memory = (result.median for result in results if isinstance(result, Ratio))
    return (
        f"Evaluating both models in a process of its own takes {time:.2f}× less time and {memory:.2f}× less memory "
        "than through `tensorflow`."
    )


def _load(results: Sequence[Result]) -> str:
    (found,) = (
        result for result in results if isinstance(result, Throughput) and result.name.endswith(f": {ONE_PROCESS}")
    )
    return (
        f"One server process gives {found.per_second:.1f} answers per second at p95 ≤ 1 s, {found.median:.0f}× as many "
        "as a plain Streamlit demo."
    )


def _uploads(results: Sequence[Result]) -> str:
    every = next(result for result in results if isinstance(result, UploadAccuracy))
    return (
        f"Of {every.images:,} digits rendered as a visitor's uploads, {percent_text(every.reference)} are read "
        f"correctly; merely resizing the pictures gives {percent_text(every.naive)}."
    )


HEADLINES: Mapping[str, Callable[[Sequence[Result]], str]] = {
    "compare": _comparison,
    "process": _process,
    "load": _load,
    "uploads": _uploads,
}
"""Sentences by the part of the benchmark that measures their numbers."""
