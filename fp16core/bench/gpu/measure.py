"""Timing of our shaders against LiteRT's accelerator, and bytes that browsers are sent."""

from fp16core.bench.child_cost import run_module
from fp16core.bench.measures import Ratio, Size, ratio_of
from fp16core.data import mnist
from fp16core.data.mnist import load_mnist
from fp16core.runs import pair as pairs
from fp16core.runs.pair import load_pair
from fp16core.text import count_text
from fp16core.tflite.chain import read_chain
from fp16core.training.recipe import Progress
from fp16core.webgpu.plan import plan
from fp16core.webgpu.wgsl import Precision

COUNTS = (1_000, 10_000)
"""Numbers of images that the page offers."""


def measure_gpu(repeats: int, report: Progress) -> list[Ratio | Size]:
    """The float16 file on this machine's GPU or its driver in software, by both sides in turns; then the bytes."""
    report("running the float16 file by LiteRT's accelerator and by our shaders", 0.0)
    found = run_module("fp16core.bench.gpu.side_by_side", str(repeats), *map(str, COUNTS)).answer
    results: list[Ratio | Size] = []
    for count in COUNTS:
        for precision in Precision:
            seconds = found["seconds"][str(count)][precision.value]
            what = f"{count_text(count, 'image')} in float{8 * precision.size_bytes} on {found['adapter']}"
            name = f"{what}: our shaders, against LiteRT's accelerator"
            results.append(ratio_of(name, None, seconds["theirs"], seconds["ours"], 1e3, "ms"))
    images = load_mnist("test", mnist.BUNDLED)[0]
    shaders = plan(read_chain(load_pair(pairs.BUNDLED).target))
    for count in COUNTS:
        size_bytes = len(shaders.message(images[:count]).data)
        results.append(Size(f"shaders, weights and {count_text(count, 'image')}", size_bytes))
    return [*results, Size("shaders and weights for drawings", len(shaders.drawing_message))]
