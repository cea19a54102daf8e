"""Each device of a recording is a row whose words follow from what was measured."""

from datetime import date

from fp16core.modes.latency import PairedRatio
from fp16core.modes.network import Network
from fp16core.recordings.device import Device, DeviceKind, devices
from fp16core.recordings.device_words import (
    device_rows,
    float16_text,
    predicted_text,
    prediction_text,
    speed_text,
    where_text,
    why_text,
)
from fp16core.recordings.gallery import shipped_recordings
from fp16core.recordings.recording import BrowserFacts, Kind, Origin, ShaderSums
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.tflite.model_file import ModelFile, ModelPair
from tests.helpers.recorded import NOTED, on_gpu, on_processor, recording, sums

GPU, PROCESSOR = ExecutionMode.GPU_FLOAT16, ExecutionMode.CPU_FLOAT16


def test_a_machine_with_a_gpu_has_two_devices(pair: ModelPair) -> None:
    both = recording(
        pair,
        (*on_processor(1.2, 1.25), *on_gpu(1.0, 1.0)),
        sums=(*sums(PROCESSOR, (None, 1.0)), *sums(GPU, (1, 0.6028), (10, 1.0), (100, 1.0))),
        noted=(NOTED,),
    )
    gpu, processor = devices([both])
    assert (processor.name, processor.kind, gpu.name, gpu.kind) == (
        "Some processor",
        DeviceKind.PROCESSOR,
        "Some GPU",
        DeviceKind.GPU,
    )
    assert where_text(gpu) == "GPU, 26 November 2026"
    assert float16_text(gpu) == "real: 5 of 10,000 answers change"
    assert prediction_text(processor) == "yes: sums in float16"
    assert prediction_text(gpu) == "yes with 10 or 100 images at once; 60.28 % of the logits with 1"
    assert [speed_text(each) for each in (processor.own, processor.wide)] == ["0.80 to 0.83×", "—"]
    assert [speed_text(each) for each in (gpu.own, gpu.wide)] == ["none measurable", "1.52× (medians alone)"]
    assert predicted_text([processor, gpu]) == (
        "Float16 logits of recorded hardware, predicted bit for bit by an emulation: Some processor (processor); Some "
        "GPU (GPU)."
    )


def test_why_both_networks_differ_is_said_of_the_device_where_they_differ_most(pair: ModelPair) -> None:
    alike = recording(pair, on_gpu(0.9, name="A GPU"), name="a.json")
    wide = recording(pair, on_gpu(0.9, name="A GPU"), name="w.json", network=Network.WIDE)
    apart = recording(pair, on_gpu(1.0), noted=(NOTED,), name="b.json")
    said = why_text(devices([alike, wide, apart]))
    assert said.startswith(
        "Speed-up by float16 on Some GPU: none measurable with a network for digits, 1.52× (medians alone) with six 3"
    )
    assert why_text(devices([recording(pair, on_gpu(1.0))])) == ""


def test_a_wide_network_joins_the_device_of_its_name_and_origin_alone(pair: ModelPair) -> None:
    ours, wide = recording(pair, on_gpu(1.0)), recording(pair, on_gpu(0.5), network=Network.WIDE)
    (joined,) = devices([ours, wide])
    assert speed_text(joined.wide) == "2.00×"
    assert joined.wide is not None
    assert joined.wide.is_faster
    pasted = recording(pair, on_gpu(0.1), network=Network.WIDE, origin=Origin.PASTED)
    first, alone = devices([ours, pasted])
    assert first.wide is None
    assert (speed_text(alone.wide), float16_text(alone), prediction_text(alone)) == ("10.00×", "—", "not tried")
    other = recording(pair, on_gpu(0.5, name="Another GPU"), network=Network.WIDE)
    assert len(devices([ours, other])) == 2
    named_so = recording(pair, on_gpu(0.1), network=Network.WIDE, target_sha256=pair.target.sha256)
    assert devices([ours, named_so]) == devices([ours])  # other files under that name count for nothing


def test_software_says_nothing_of_speed_and_silent_float32_is_called_not_real(pair: ModelPair) -> None:
    software = recording(pair, on_gpu(0.5, by_software=True), noted=(NOTED,))
    (found,) = devices([software])
    assert (found.kind, found.own, found.wide) == (DeviceKind.SOFTWARE, None, None)
    (silent,) = devices([recording(pair, on_gpu(1.0, half=False))])
    assert float16_text(silent) == "not real: silently computed in float32"
    assert not silent.computes_float16


def browser(pair: ModelPair, is_real: bool | None, *shares: float) -> Device:
    facts = BrowserFacts("A visitor's GPU", 1000, {"f32": 0, "f16": 2}, is_real, 1000, {}, PairedRatio(0.8, 0.7, 0.9))
    emulated = tuple(ShaderSums(str(place), 250, "sums in float16", share) for place, share in enumerate(shares))
    (found,) = devices([recording(pair, kind=Kind.BROWSER, processor="", browser=facts, shader_sums=emulated)])
    assert found.kind is DeviceKind.BROWSER
    return found


def test_a_browsers_gpu_is_judged_by_its_probes_and_our_shaders(pair: ModelPair) -> None:
    real = browser(pair, True, 1.0, 1.0)
    assert float16_text(real) == "real: 2 of 1,000 answers change"
    assert prediction_text(real) == "yes"
    assert speed_text(real.own) == "1.25×"
    assert prediction_text(browser(pair, True, 1.0, 0.5)) == "50.00 % of the logits"
    assert float16_text(browser(pair, None)) == "none"
    assert float16_text(browser(pair, False)) == "not real: computed in a wider type"


def test_a_processor_that_only_rounds_to_float16_is_not_called_real(pair: ModelPair) -> None:
    way = "sums in float32, rounded once"
    (found,) = devices([recording(pair, on_processor(1.3), sums=sums(PROCESSOR, (100, 1.0), way=way))])
    assert float16_text(found) == "rounded to float16, but summed in float32: 6 of 10,000 answers change"
    assert prediction_text(found) == f"yes: {way}"


def test_rows_of_other_models_say_so(pair: ModelPair) -> None:
    other = ModelPair("other", pair.reference, ModelFile(pair.target.contents + b" ", "other.tflite"))
    found = devices([recording(pair, on_gpu(1.0)), recording(other, on_gpu(1.0), day=date(2026, 1, 2))])
    assert device_rows(found, pair)["kind, day"] == [
        "GPU, 26 November 2026",
        "GPU, 2 January 2026; other models",
    ]


def test_what_ships_names_the_hardware_that_was_predicted() -> None:
    found = devices(shipped_recordings())
    named = {device.name for device in found if device.is_predicted}
    assert "NVIDIA H200" in named
    assert any("AVX512-FP16" in name for name in named)
