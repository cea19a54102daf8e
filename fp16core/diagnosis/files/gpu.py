"""Parts of a file that LiteRT's GPU accelerator runs, by what it writes into the log."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from fp16core.diagnosis.running.compiled import CompiledRun
from fp16core.diagnosis.running.fixing import fixed_model
from fp16core.diagnosis.running.gpu_session import gpu_log, named_adapter
from fp16core.diagnosis.samples import Samples
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.runtime.gpu_log import refusal, selected_adapter
from fp16core.tflite.graph import Operator, TfliteFile
from fp16core.tflite.model_file import ModelFile
from fp16core.vocabulary import ModeError

_LIST = re.compile(
    r"not supported by GPU delegate:\n(?P<reasons>(?:[A-Z0-9_]+:.*\n)+)"
    r"(?:No|(?P<taken>\d+)) operations will run on the GPU"
)
_REASON = re.compile(r"^(?P<kind>[A-Z0-9_]+):[ ]*(?P<reason>.*?)\.?[ ]*$", re.MULTILINE)


@dataclass(frozen=True)
class GpuPlacement:
    """Operators of a file on a GPU.

    Attributes
    ----------
    adapter
        Name of the GPU, with its driver; empty if none was found.
    obstacle
        Reason why nothing can be said; empty if something can.
    parts
        Operators of each part that the GPU runs, by their indices in the file.
    refused
        Reasons why operators are not run by it, by their indices.
    """

    adapter: str
    obstacle: str
    parts: tuple[tuple[int, ...], ...] = ()
    refused: dict[int, str] | None = None


def gpu_placement(target: ModelFile, samples: Samples) -> GpuPlacement:
    """Compile a file for the GPU, in float16 arithmetic, and read in the log which operators it takes.

    It loads the graphics driver into this process, which the driver may end or hold up.

    Parameters
    ----------
    target
        The float16 file.
    samples
        Inputs whose shapes it is compiled for.
    """
    fixed = fixed_model(target, samples[0])
    if fixed.obstacle:
        return GpuPlacement("", f"On a GPU: {fixed.obstacle}.")
    trouble, log = _compiled(fixed.cut())
    # LiteRT names the adapter once in the life of a process.
    found = selected_adapter(log) or named_adapter()
    adapter = "GPU" if found is None else found.title
    graph = target.graph
    made = {tuple(int(index) for index in op.outputs) for op in fixed.content.subgraphs[0].operators}
    operators = [op for op in graph.operators if op.outputs in made]
    listed = _LIST.search(log)
    if not trouble:
        return GpuPlacement(adapter, "", _whole(operators), {})
    if listed is None:
        return GpuPlacement(adapter, refusal(log) or f"{trouble}.")
    reasons = {found["kind"]: found["reason"] for found in _REASON.finditer(listed["reasons"])}
    return _divided(graph, operators, adapter, reasons, int(listed["taken"] or 0))


def _compiled(model: ModelFile) -> tuple[str, str]:
    """Reason why LiteRT does not compile a file for the GPU, empty if it does, and its log."""
    trouble = ""
    with gpu_log() as log:
        try:
            CompiledRun(model, ExecutionMode.GPU_FLOAT16)
        except ModeError as error:
            trouble = str(error)
        return trouble, log()


def _whole(operators: list[Operator]) -> tuple[tuple[int, ...], ...]:
    return (tuple(op.index for op in operators),) if operators else ()


def _divided(
    graph: TfliteFile, operators: list[Operator], adapter: str, reasons: dict[str, str], taken: int
) -> GpuPlacement:
    upsampling = {op.index for op in graph.upsampling()}
    refused = [op for op in operators if op.name in reasons and op.index not in upsampling]
    remaining = {op.index for op in operators} - {op.index for op in refused}
    parts = _taken(_parts(operators, remaining), upsampling, taken)
    who = "it" if parts is not None else "operators of this kind, perhaps this one"
    found = {
        op.index: f"LiteRT's GPU accelerator refuses {who}: {reasons[op.name] or 'it gives no reason'}."
        for op in refused
    }
    return GpuPlacement(adapter, "", parts or (), found)


def _taken(
    parts: tuple[tuple[int, ...], ...], upsampling: Collection[int], taken: int
) -> tuple[tuple[int, ...], ...] | None:
    """The parts that the GPU runs, all or only the largest one, if the number of operators in the log tells.

    The log names kinds, not operators: which of a kind are refused is certain only if the numbers agree. LiteRT
    counts no operators that upsample weights.
    """
    sizes = [len({*part} - {*upsampling}) for part in parts]
    if taken == sum(sizes):
        return parts
    if taken == max(sizes, default=0) and sizes.count(taken) == 1:
        return (parts[sizes.index(taken)],)
    return None


def _parts(operators: list[Operator], taken: Collection[int]) -> tuple[tuple[int, ...], ...]:
    """Parts as LiteRT divides a graph: all operators that are ready and run in the same place, in turn."""
    producers = {tensor: op.index for op in operators for tensor in op.outputs}
    waiting = {op.index: op for op in operators}
    parts = []
    while waiting:
        on_gpu: bool | None = None
        part: list[int] = []
        for op in tuple(waiting.values()):
            if any(producers.get(tensor) in waiting for tensor in op.inputs):
                continue
            if on_gpu is None:
                on_gpu = op.index in taken
            if (op.index in taken) == on_gpu:
                part.append(op.index)
                del waiting[op.index]
        if not part:  # a circle, which no file that LiteRT loads has
            break
        if on_gpu:
            parts.append(tuple(sorted(part)))
    return tuple(parts)
