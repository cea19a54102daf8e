"""Verdict 4: where the float16 file runs, in how many pieces, how fast and in how much memory."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from fp16core.diagnosis.files.gpu import GpuPlacement, gpu_placement
from fp16core.diagnosis.files.placement_words import gpu_sentence, times_sentence, xnnpack_sentence
from fp16core.diagnosis.files.timing import FileTimes, time_files
from fp16core.diagnosis.files.xnnpack import reasons
from fp16core.diagnosis.finding import Finding
from fp16core.diagnosis.options import Progress, no_progress
from fp16core.diagnosis.outcome import Part, PlacementVerdict
from fp16core.diagnosis.running.check import is_split
from fp16core.diagnosis.samples import Samples
from fp16core.modes.latency import CONTROL, REFERENCE, TARGET, PairedRatio
from fp16core.runtime.delegation import delegate_partitions
from fp16core.tflite.graph import TfliteFile
from fp16core.tflite.model_file import ModelFile
from fp16core.vocabulary import ModelFileError

XNNPACK = "XNNPACK"


def placement_verdict(
    reference: ModelFile,
    target: ModelFile | None,
    samples: Samples,
    *,
    gpu: bool = False,
    timing: bool = False,
    seconds: float = 1.0,
    on_progress: Progress = no_progress,
) -> PlacementVerdict:
    """Find out where the float16 file runs.

    Operators are named by their indices in the float32 file, except for DEQUANTIZE operators, which it lacks.

    Parameters
    ----------
    reference
        The float32 file.
    target
        Its float16 counterpart; `None`: there is none, and the float32 file is looked at.
    samples
        Inputs, whose shapes matter for the parts, and whose values for the times.
    gpu
        Also compile it for the GPU. The driver is loaded into this process; see
        `fp16core.diagnosis.files.gpu.gpu_placement`.
    timing
        Also measure times and memory of both files, for about ``seconds``.
    seconds
        Time of all calls together.
    on_progress
        Called before each step.

    Raises
    ------
    ModelFileError
        If LiteRT rejects the float32 file.
    """
    file = reference if target is None else target
    numbers = _numbers(reference.graph, file.graph)
    on_progress("dividing the graph for XNNPACK", 0.0)
    try:
        partitions = delegate_partitions(file, samples.shapes)
        taken = {index for part in partitions for index in part.operators}
        upsampling = {op.index for op in file.graph.upsampling()}
        left = {op.index for op in file.graph.operators} - taken
        breaks = reasons(file, samples.shapes, left - upsampling)
    except ModelFileError as error:
        delegate_partitions(reference, samples.shapes)  # raises if float16 is not to blame
        return PlacementVerdict(Finding.BREAKS, str(error), {}, {}, ())
    parts = {XNNPACK: _parts([part.operators for part in partitions], numbers)}
    sentences = [
        xnnpack_sentence(file.graph, [part.operators for part in partitions], breaks, sorted(left & upsampling))
    ]
    if is_split(file):
        sentences.append("What runs in the bodies of IF and WHILE cannot be seen from outside.")
    found = {numbers[index]: reason for index, reason in breaks.items() if index in numbers}
    finding = Finding.SAFE
    if gpu:
        on_progress("compiling it for the GPU", 0.2)
        placed = gpu_placement(file, samples)
        sentences.append(gpu_sentence(file.graph, placed))
        finding = Finding.UNKNOWN if placed.obstacle else finding
        if not placed.obstacle:
            parts[placed.adapter] = _parts(placed.parts, numbers)
            found = _with_gpu(found, placed, numbers)
    verdict = PlacementVerdict(
        finding, " ".join(sentences), parts, dict(sorted(found.items())), tuple(sorted(left & upsampling))
    )
    if not timing or target is None:
        return verdict
    on_progress("timing both files", 0.3 if gpu else 0.1)
    return _timed(verdict, time_files(reference, target, samples, seconds))


def _numbers(reference: TfliteFile, file: TfliteFile) -> Mapping[int, int]:
    """Indices of operators in the float32 file by those in the other, but for those that upsample constants."""

    def steps(graph: TfliteFile) -> list[tuple[int, str]]:
        upsampling = {op.index for op in graph.upsampling()}
        return [(op.index, op.name) for op in graph.operators if op.index not in upsampling]

    pairs = list(zip(steps(reference), steps(file), strict=False))
    return {place: number for (number, kind), (place, other) in pairs if kind == other}


def _parts(parts: Sequence[tuple[int, ...]], numbers: Mapping[int, int]) -> tuple[Part, ...]:
    """Parts in the float32 file's indices; those that only upsample constants are none of it."""
    found = [tuple(numbers[index] for index in part if index in numbers) for part in parts]
    return tuple(Part(operators) for operators in found if operators)


def _with_gpu(breaks: Mapping[int, str], placed: GpuPlacement, numbers: Mapping[int, int]) -> dict[int, str]:
    found = dict(breaks)
    for index, reason in (placed.refused or {}).items():
        if index in numbers:
            found[numbers[index]] = " ".join(filter(None, (breaks.get(numbers[index]), reason)))
    return found


def _timed(verdict: PlacementVerdict, times: FileTimes) -> PlacementVerdict:
    memory = times.memory
    copies = {REFERENCE: memory.reference_bytes, TARGET: memory.target_bytes, CONTROL: memory.control_bytes}
    return replace(
        verdict,
        sentence=f"{verdict.sentence} {times_sentence(times)}",
        load_ms=times.load_ms,
        copy_bytes=copies,
        latency_us=times.latency_us,
        latency_ratio=_limits(times.ratio),
        latency_control=_limits(times.control),
    )


def _limits(ratio: PairedRatio) -> tuple[float, float, float]:
    return ratio.low, ratio.value, ratio.high
