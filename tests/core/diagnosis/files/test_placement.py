"""Placement of a file: its parts, what is left of them, a GPU's refusals, times with a control."""

import os
import subprocess
import sys
from collections.abc import Mapping

import numpy as np
import pytest

from fp16core.diagnosis.files import gpu as gpu_module
from fp16core.diagnosis.files.file_verdict import file_verdict
from fp16core.diagnosis.files.placement import placement_verdict
from fp16core.diagnosis.finding import Finding
from fp16core.diagnosis.outcome import PlacementVerdict
from fp16core.diagnosis.running.names import input_names
from fp16core.diagnosis.samples import Samples
from fp16core.runtime.delegation import delegate_partitions
from fp16core.tflite.model_file import ModelFile
from tests.helpers.networks.strangers import stranger
from tests.helpers.places import ROOT
from tests.networks.casts import make


def casts_file(name: str) -> ModelFile:
    return ModelFile((make.FOLDER / make.file_name(name, "reference")).read_bytes(), name)


def samples_of(model: ModelFile, batch: int = 1) -> Samples:
    random = np.random.default_rng(0)
    arrays = {
        name: (3 * random.random((2, *((batch, *tensor.shape[1:]) if batch > 1 else tensor.shape)))).astype(
            tensor.dtype
        )
        for name, tensor in zip(input_names(model), model.graph.inputs, strict=True)
    }
    return Samples(arrays, dict.fromkeys(arrays, "random"), ("one", "other"), False)


def placed(model: ModelFile, gpu: bool = False, timing: bool = False) -> PlacementVerdict:
    return placement_verdict(model, file_verdict(model)[1], samples_of(model), gpu=gpu, timing=timing)


def kinds(model: ModelFile, verdict: PlacementVerdict) -> list[list[str]]:
    return [[model.graph.operators[index].name for index in part.operators] for part in verdict.parts["XNNPACK"]]


def test_operators_are_those_of_the_float32_file_although_the_float16_file_runs() -> None:
    model = stranger("two convolutions").reference
    verdict = placed(model)
    chain = ["CONV_2D", "MAX_POOL_2D", "CONV_2D", "MAX_POOL_2D"]
    assert kinds(model, verdict) == [chain, ["FULLY_CONNECTED"]]
    assert {model.graph.operators[index].name for index in verdict.breaks} == {
        "SHAPE",
        "STRIDED_SLICE",
        "PACK",
        "RESHAPE",
    }
    assert verdict.finding is Finding.SAFE
    assert verdict.sentence.startswith(
        "XNNPACK runs 5 of 9 operators in 2 parts; 4 operators (SHAPE, STRIDED_SLICE, PACK "
    )


def test_a_graph_in_one_piece_has_no_breaks() -> None:
    model = stranger("batch of 1").reference
    verdict = placed(model)
    assert (len(verdict.parts["XNNPACK"]), verdict.breaks, verdict.dequantize_operators) == (1, {}, ())
    assert verdict.sentence == "XNNPACK runs all 5 operators in one part."


def test_shapes_of_the_samples_count_and_not_those_in_the_file() -> None:
    model = stranger("two convolutions").reference
    batch = samples_of(model, 5)
    assert placement_verdict(model, None, batch).parts == placed(model).parts
    interpreted = delegate_partitions(model, batch.shapes)
    assert [part.operators for part in interpreted] == [part.operators for part in delegate_partitions(model)]


def test_an_upsampling_that_no_delegate_takes_is_counted_with_the_memory_that_it_costs() -> None:
    """One float16 number of GREATER, and 64 of IF, whose bodies read them: 260 bytes as float32."""
    model = casts_file("branches")
    verdict = placed(model)
    assert verdict.dequantize_operators == (0, 1)
    assert "2 DEQUANTIZE operators run there too: what they upsample takes 260 B more in memory, as float32." in (
        verdict.sentence
    )
    assert "bodies of IF and WHILE cannot be seen" in verdict.sentence


def test_a_model_without_float16_counterpart_is_placed_itself() -> None:
    model = casts_file("loop")
    verdict = placement_verdict(model, None, samples_of(model))
    assert verdict.parts == {"XNNPACK": ()}
    assert verdict.sentence.startswith("XNNPACK runs nothing of it")


def test_times_have_a_control_and_an_interval() -> None:
    verdict = placed(casts_file("gru"), timing=True)
    files = {"reference", "target", "control"}
    found: tuple[Mapping[str, float], ...] = (verdict.load_ms, verdict.copy_bytes, verdict.latency_us)
    assert [{*values} for values in found] == [files] * 3
    assert all(value > 0 for value in (*verdict.load_ms.values(), *verdict.latency_us.values()))
    for ratio in (verdict.latency_ratio, verdict.latency_control):
        assert ratio is not None
        low, middle, high = ratio
        assert low <= middle <= high
    assert "float32 over itself" in verdict.sentence


LOG = (
    "INFO: [gpu_environment.h:155] Created LiteRT GpuEnvironment.\n"
    "Selected adapter: Some GPU, arch=a, vendor=b, backend=Vulkan, adapterType=Discrete GPU\n"
    "ERROR: Following operations are not supported by GPU delegate:\n"
    "DEQUANTIZE: \n"
    "GATHER: Only support 1D indices\n"
    "{count} operations will run on the GPU, and the remaining 6 operations will run on the CPU.\n"
)


def on_gpu(count: str, monkeypatch: pytest.MonkeyPatch, trouble: str = "refused") -> PlacementVerdict:
    monkeypatch.setattr(gpu_module, "_compiled", lambda _model: (trouble, LOG.format(count=count)))
    return placed(casts_file("embedding"), gpu=True)


def test_operators_that_a_gpu_refuses_have_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    """LESS, ADD, SELECT_V2 come before GATHER, two operators after it."""
    verdict = on_gpu("5", monkeypatch)
    gather = verdict.breaks[3]
    assert gather.endswith("LiteRT's GPU accelerator refuses it: Only support 1D indices.")
    (adapter,) = {*verdict.parts} - {"XNNPACK"}
    assert adapter == "Some GPU (Vulkan; Discrete GPU)"
    assert [part.operators for part in verdict.parts[adapter]] == [(0, 1, 2), (4, 5)]


def test_a_gpu_that_is_given_only_the_largest_part_runs_that_part(monkeypatch: pytest.MonkeyPatch) -> None:
    verdict = on_gpu("3", monkeypatch)
    assert [part.operators for part in verdict.parts["Some GPU (Vulkan; Discrete GPU)"]] == [(0, 1, 2)]
    assert "3 of 6 operators" in verdict.sentence


def test_if_the_numbers_of_the_log_do_not_agree_no_parts_are_made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    verdict = on_gpu("2", monkeypatch)
    (adapter,) = {*verdict.parts} - {"XNNPACK"}
    assert verdict.parts[adapter] == ()
    assert "refuses 1 operator (GATHER); LiteRT" in verdict.sentence
    assert "refuses operators of this kind, perhaps this one: Only support" in verdict.breaks[3]


def test_without_a_gpu_that_can_be_used_the_reason_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu_module, "_compiled", lambda _model: ("no", "ERROR: No adapters found\n"))
    verdict = placed(casts_file("shared"), gpu=True)
    assert verdict.finding is Finding.UNKNOWN
    assert "it found no adapter" in verdict.sentence
    assert {*verdict.parts} == {"XNNPACK"}


def test_a_software_gpu_refuses_what_its_log_says(mesa: str) -> None:
    program = (
        "from tests.core.diagnosis.files.test_placement import *\n"
        "for name in ('embedding', 'shared'):\n    verdict = placed(casts_file(name), gpu=True)\n"
        "    print(*(k for k in verdict.parts), len(verdict.breaks), verdict.breaks.get(3, ''), sep='|')"
    )
    environment = os.environ | {"VK_DRIVER_FILES": mesa}
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, env=environment)
    first, second = (line.split("|") for line in done.stdout.strip().splitlines())
    assert "llvmpipe" in first[1]
    assert first[3].endswith("refuses it: Only support 1D indices.")
    assert second[2] == "0"
