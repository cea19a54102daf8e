"""Verdict on the placement in words."""

from collections.abc import Mapping, Sequence

from fp16core.diagnosis.files.gpu import GpuPlacement
from fp16core.diagnosis.files.sentences import listed
from fp16core.diagnosis.files.timing import FileTimes
from fp16core.modes.latency import REFERENCE, TARGET, Difference, difference_text, ratio_text
from fp16core.text import count_text, size_text, small_text
from fp16core.tflite.graph import TfliteFile


def xnnpack_sentence(
    file: TfliteFile, parts: Sequence[Sequence[int]], breaks: Mapping[int, str], dequantize: Sequence[int]
) -> str:
    """Sentences on the parts that XNNPACK runs, what it leaves, and weights that stay to be upsampled."""
    upsampling = {op.index for op in file.upsampling()}
    total = len(file.operators) - len(upsampling)
    computing = [part for part in parts if not upsampling.issuperset(part)]
    taken = sum(len(set(part) - upsampling) for part in computing)
    kinds = listed([file.operators[index].name for index in breaks])
    if not computing:
        text = f"XNNPACK runs nothing of it: LiteRT's own kernels compute everything ({kinds})."
    elif taken == total:
        text = (
            f"XNNPACK runs {'the only operator' if total == 1 else f'all {total:,} operators'} in {_pieces(computing)}."
        )
    else:
        text = (
            f"XNNPACK runs {taken:,} of {count_text(total, 'operator')} in {_pieces(computing)}; "
            f"{count_text(len(breaks), 'operator')} ({kinds}) {_run(len(breaks))} in LiteRT's own kernels."
        )
    if dequantize:
        sizes = (file.tensors[file.operators[index].inputs[0]].stored_size_bytes for index in dequantize)
        text += (
            f" {count_text(len(dequantize), 'DEQUANTIZE operator')} {_run(len(dequantize))} there too: what "
            f"{'it upsamples' if len(dequantize) == 1 else 'they upsample'} takes {size_text(2 * sum(sizes))} more in "
            "memory, as float32."
        )
    return text


def gpu_sentence(file: TfliteFile, placed: GpuPlacement) -> str:
    """Sentence on the parts that a GPU runs."""
    if placed.obstacle:
        return placed.obstacle
    if not placed.refused:
        return f"A GPU runs everything, here {placed.adapter}."
    kinds = listed([file.operators[index].name for index in placed.refused])
    upsampling = {op.index for op in file.upsampling()}
    taken = sum(len({*part} - upsampling) for part in placed.parts)
    total = len(file.operators) - len(upsampling)
    where = f"; it runs {taken:,} of {count_text(total, 'operator')} in {_pieces(placed.parts)}" if placed.parts else ""
    return (
        f"A GPU, here {placed.adapter}, refuses {count_text(len(placed.refused), 'operator')} ({kinds}){where}; LiteRT "
        "runs the file only if the CPU may compute what the GPU refuses."
    )


def times_sentence(times: FileTimes) -> str:
    """Sentences on latency, with its control, on loading, and on the memory of a copy."""
    if times.difference is Difference.NONE:
        latency = "Latency shows no measurable difference on this machine"
    else:
        latency = f"A call of the float16 file takes {difference_text(times.difference, times.ratio)}"
    load = " and ".join(
        f"{small_text(times.load_ms[what])} ms ({name})" for what, name in ((REFERENCE, "float32"), (TARGET, "float16"))
    )
    more = times.memory.difference_bytes
    memory = (
        f"{size_text(abs(more))} {'more' if more > 0 else 'less'} than one of the float32 file"
        if more
        else "no less memory than one of the float32 file"
    )
    return (
        f"{latency}: float16 over float32 {ratio_text(times.ratio)}, float32 over itself {ratio_text(times.control)}, "
        f"with 99 % intervals; a call of the float32 file takes {_time(times.latency_us[REFERENCE])}. Loading takes "
        f"{load}. One more copy of the float16 file takes {memory}."
    )


def _pieces(parts: Sequence[Sequence[int]]) -> str:
    return "one part" if len(parts) == 1 else f"{len(parts):,} parts"


def _time(microseconds: float) -> str:
    if microseconds < 1e3:
        return f"{small_text(microseconds)} µs"
    return f"{small_text(microseconds / 1e3)} ms"


def _run(count: int) -> str:
    return "runs" if count == 1 else "run"
