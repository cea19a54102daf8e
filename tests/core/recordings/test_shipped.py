"""Results recorded on other hardware are read as they were written, and fit what the bundled pair does here."""

import json
from dataclasses import replace

import pytest

from fp16core.evaluate.comparison import Comparison
from fp16core.figures.base.style import DELTA_COLOUR, REFERENCE_COLOUR, TARGET_COLOUR
from fp16core.figures.modes.facts import image_times
from fp16core.modes.emulated import WAYS
from fp16core.modes.facts import ModeFacts, answers_text, arithmetic_remark, arithmetic_text, fact_rows, mode_facts
from fp16core.modes.latency import Difference
from fp16core.numerics.emulation.summation import Summation
from fp16core.recordings.gallery import SHIPPED, shipped_recordings
from fp16core.recordings.recording import Recording
from fp16core.recordings.words import provenance_text, recorded_sentence
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.tflite.model_file import ModelPair
from tests.helpers.mode_results import timed_modes, two_modes


def recorded() -> Recording:
    (found,) = (recording for recording in shipped_recordings() if recording.name == "h200-xeon.json")
    return found


def test_the_recording_names_its_hardware_and_all_modes() -> None:
    found = recorded()
    assert [facts.mode for facts in found.modes] == [*ExecutionMode]
    assert {facts.adapter for facts in found.modes} == {"", "NVIDIA H200"}
    assert not any(facts.by_software for facts in found.modes)
    assert provenance_text(found) == (
        "Recorded on 26 November 2026 on this hardware: NVIDIA H200; Intel Xeon Processor with AVX2, F16C, "
        "AVX512-FP16. With Bundled pair and LiteRT 2.3.0."
    )
    assert len(found.timed) == len(ExecutionMode)


def test_real_gpus_come_first_and_all_recordings_are_of_known_files(pair: ModelPair) -> None:
    assert shipped_recordings()[0].name == "h200-xeon.json"
    on_real_gpus = [bool(found.adapters) and not found.by_software for found in shipped_recordings()]
    assert on_real_gpus == sorted(on_real_gpus, reverse=True)
    assert all(found.is_of(pair) or found.is_wide for found in shipped_recordings())


def test_what_an_amd_processor_and_mesa_compute_in_float16_is_predicted_bit_for_bit() -> None:
    (found,) = (recording for recording in shipped_recordings() if recording.name == "epyc-llvmpipe.json")
    assert found.by_software
    assert found.adapters[0].driver.startswith("llvmpipe Mesa 25")
    assert {sums.mode: WAYS[sums.way][0] for sums in found.predicted} == {
        ExecutionMode.CPU_FLOAT16: Summation.FLOAT32_FUSED,
        ExecutionMode.GPU_FLOAT16: Summation.SEQUENTIAL,
    }
    assert {facts.mode: facts.changed for facts in found.modes} == {
        ExecutionMode.CPU_FLOAT32: 1,
        ExecutionMode.CPU_REFERENCE: 1,
        ExecutionMode.CPU_FLOAT16: 2,
        ExecutionMode.GPU_FLOAT32: 1,
        ExecutionMode.GPU_FLOAT16: 6,
    }


def test_the_recording_was_made_of_the_bundled_pair_as_it_is(comparison: Comparison) -> None:
    """On a processor in float32, another machine gives the same answers, and the same logits within their rounding."""
    document = json.loads((SHIPPED / "h200-xeon.json").read_text())
    usual = document["modes"][0]
    assert usual["target"]["accuracy"] == comparison.target.accuracy.value
    assert usual["target"]["changed_predictions"] == comparison.changed_predictions == recorded().modes[0].changed
    assert usual["target"]["max_abs_logit_delta"] == pytest.approx(comparison.max_abs_logit_delta, abs=1e-5)


def test_the_sentence_says_what_float16_arithmetic_did() -> None:
    """Numbers as in the file: ratios 1.080, 1.290 and 1.185 on the processor, all measurably slower."""
    assert recorded_sentence(recorded()) == (
        "float16 arithmetic on recorded hardware: on the processor it takes **1.08 to 1.29 times as long as in "
        "float32**, and 6 of 10,000 answers change; on the GPU it takes **as long as in float32, as far as can be "
        "measured**, and 5 of 10,000 answers change."
    )


def test_a_mode_without_a_ratio_is_recorded_with_its_answers_alone() -> None:
    alone = tuple(replace(facts, times=()) for facts in recorded().modes)
    assert recorded_sentence(replace(recorded(), modes=alone)) == (
        "float16 arithmetic on recorded hardware: on the processor 6 of 10,000 answers change; on the GPU 5 of 10,000 "
        "answers change."
    )
    assert replace(recorded(), modes=alone).timed == ()


def test_measured_modes_become_facts(comparison: Comparison) -> None:
    table, timed = two_modes(comparison), {found.mode: found for found in timed_modes()}
    usual, half = mode_facts(table, timed)
    assert (usual.mode, usual.images, usual.changed) == (ExecutionMode.CPU_FLOAT32, 10_000, 1)
    assert usual.times[0].difference is Difference.SLOWER
    assert usual.times[0].us_per_image == pytest.approx(130, rel=0.02)
    assert half.computes_float16
    assert not usual.computes_float16
    assert half.times[0].arithmetic_difference is Difference.SLOWER
    assert arithmetic_text(half) == f"{half.times[0].arithmetic.value:.2f} times as long as in float32"  # type: ignore[union-attr] # it was timed
    assert arithmetic_text(usual) == ""
    rows = fact_rows((usual, half))
    assert rows["mode"] == ["CPU float32", "CPU float16"]
    assert rows["answers changed"] == ["1 of 10,000", f"{half.changed} of 10,000"]
    assert rows["float16 arithmetic"][0] == "—"
    assert rows["1 at once"][0].endswith(" µs")
    assert "timed in turns in one process" in arithmetic_remark((usual, half))
    assert arithmetic_remark((usual,)) == ""


def test_what_was_only_timed_has_no_answers() -> None:
    facts = mode_facts(None, {found.mode: found for found in timed_modes()})
    assert [answers_text(found) for found in facts] == ["answers not compared"] * 2
    assert not any(found.is_silently_float32 for found in facts)
    assert mode_facts(None, {}) == ()


def test_verdicts_that_differ_are_said_to_depend_on_the_batch() -> None:
    slower, same = (recorded().modes[place].times[0] for place in (2, 4))
    facts = ModeFacts(ExecutionMode.CPU_FLOAT16, 10, 0, True, times=(slower, same))
    assert arithmetic_text(facts) == "1.00 to 1.08 times as long as in float32, depending on the images at once"


def test_the_figure_has_a_mark_for_each_time() -> None:
    drawn = image_times(recorded().modes)
    marks = [dict(zip(trace.y, trace.x, strict=True)) for trace in drawn.data]
    assert [trace.name for trace in drawn.data] == ["1 image at once", "10 images at once", "100 images at once"]
    assert [[column[row] for column in marks] for row in range(5)] == [
        [time.us_per_image for time in facts.times] for facts in recorded().modes
    ]
    assert len({trace.marker.symbol for trace in drawn.data}) == 3
    of_files = {REFERENCE_COLOUR, TARGET_COLOUR, DELTA_COLOUR}
    assert of_files.isdisjoint(trace.marker.color for trace in drawn.data)  # they would name a file
    assert list(drawn.layout.yaxis.ticktext) == [mode.short_title for mode in ExecutionMode]
