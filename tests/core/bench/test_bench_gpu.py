"""Our shaders beside LiteRT's accelerator, on Mesa's driver; what is not there is named."""

import re
from pathlib import Path

import pytest

from fp16core.bench.child_cost import BenchError, run_module
from fp16core.bench.gpu import measure
from fp16core.bench.measures import Ratio, Size
from fp16core.commands.bench import BENCH_PARTS, NEEDS_DRIVER

SIDES = "fp16core.bench.gpu.side_by_side"


def test_both_sides_are_timed_on_one_driver_and_the_bytes_counted(mesa: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VK_DRIVER_FILES", mesa)
    monkeypatch.setattr(measure, "COUNTS", (4, 8))
    results = measure.measure_gpu(2, lambda _what, _done: None)
    ratios = [result for result in results if isinstance(result, Ratio)]
    assert len(ratios) == 4
    assert all(re.match(r"[48] images in float(16|32) on llvmpipe ", ratio.name) for ratio in ratios)
    assert all(len(ratio.samples) == 2 and ratio.minimum > 0 for ratio in ratios)
    four, eight, drawings = (result.size_bytes for result in results if isinstance(result, Size))
    assert drawings < four < eight
    assert eight - four < 4 * 784, "images are compressed"


def test_without_a_driver_the_reason_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VK_DRIVER_FILES", str(tmp_path / "none.json"))
    with pytest.raises(BenchError, match="This machine has no GPU with a driver that LiteRT's accelerator can use"):
        run_module(SIDES, "1", "8")
    assert {*NEEDS_DRIVER} < {*BENCH_PARTS}
