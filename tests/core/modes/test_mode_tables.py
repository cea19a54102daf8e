"""Tables and sentences on the modes of execution hold what was measured."""

import re

import numpy as np
import pytest

from fp16core.evaluate.comparison import Comparison
from fp16core.modes.accuracy_tables import arithmetic_text, emulation_rows, emulation_sentence, mode_rows
from fp16core.modes.emulated import Accounted, Emulated
from fp16core.modes.hardware import EXPECTATIONS, expectation_rows
from fp16core.modes.latency import MemoryUse
from fp16core.modes.latency_tables import arithmetic_verdict, latency_rows, memory_rows, memory_verdict
from fp16core.modes.runs import ModeRun, ModeTable
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.runtime.processor import linux_processor
from fp16core.text import percent_text, small_text
from tests.helpers.mode_results import timed_modes, two_modes


@pytest.fixture(scope="module")
def table(comparison: Comparison) -> ModeTable:
    return two_modes(comparison)


def test_the_table_has_two_rows_for_each_mode_that_ran(table: ModeTable, comparison: Comparison) -> None:
    found = mode_rows(table)
    assert found["mode"] == [m for m in ("CPU float32", "CPU float16") for _ in range(2)]
    assert found["file"] == ["float32", "float16"] * 2
    assert found["largest logit change"][:2] == ["0", small_text(comparison.max_abs_logit_delta)]
    assert found["mean logit change"][1] == small_text(float(np.abs(comparison.logit_delta).mean()))
    assert found["changed answers"][1] == f"{comparison.changed_predictions} of 10,000"
    assert found["accuracy"][1] == percent_text(comparison.target.accuracy.value)
    assert found["computed in"] == ["float32"] * 2 + ["float16"] * 2


def test_a_mode_that_is_silently_float32_says_so(comparison: Comparison) -> None:
    silent = ModeRun(ExecutionMode.GPU_FLOAT16, 1, comparison.reference, comparison.target)
    assert arithmetic_text(silent) == "float32, though float16 was asked for"


def test_a_driver_that_ignores_float32_says_so_too(table: ModeTable) -> None:
    half = table.run(ExecutionMode.CPU_FLOAT16)
    assert half is not None
    wrong = ModeRun(ExecutionMode.GPU_FLOAT32, 1, half.reference, half.target)
    assert arithmetic_text(wrong) == "float16, though float32 was asked for"


def test_emulations_are_listed_as_they_agree() -> None:
    found = Accounted(250, (Emulated("so", 0.5, 0.1), Emulated("or so", 1.0, 0.0)), 0.2, True, 40.0)
    assert found.best.way == "or so"
    assert emulation_sentence(found) == (
        "**100.00 %** of the logits of 250 images are what the emulation gives, with or so: this mode is predicted bit "
        "for bit."
    )
    assert emulation_rows(found)["logits equal bit for bit"] == ["50.00 %", "100.00 %"]


def test_an_emulation_that_gives_a_fifth_of_the_logits_explains_nothing() -> None:
    ways = ("sums in float32, rounded once", "sums in float16, one product after the other")
    fused = Accounted(250, (Emulated(ways[0], 0.0768, 0.28), Emulated(ways[1], 0.2088, 0.047)), 0.278, True, 38.9)
    assert not fused.is_explained
    assert "None of the 2 ways to add up that are known here is the hardware's" in emulation_sentence(fused)
    assert f"The nearest, {ways[1]}, gives **20.88 %** of the logits of 250 images" in emulation_sentence(fused)
    usual = Accounted(250, (Emulated(ways[0], 0.9982, 0.0078), Emulated(ways[1], 0.11, 0.28)), 0.01, True, 38.9)
    assert usual.is_explained
    assert not usual.is_predicted
    assert emulation_sentence(usual) == (
        f"**99.82 %** of the logits of 250 images are what the emulation gives, bit for bit, with {ways[0]}."
    )


@pytest.mark.parametrize(
    "text",
    [
        *(mode.explanation for mode in ExecutionMode if not mode.on_gpu),
        *(cell for cell in expectation_rows()["computes in"] if "XNNPACK" in cell),
        *(feature.meaning for feature in linux_processor("", "x86_64", 1).features if "XNNPACK" in feature.meaning),
    ],
)
def test_in_which_numbers_xnnpack_adds_up_is_measured_and_not_promised(text: str) -> None:
    assert not re.search(r"accumulate|sums\W.*in float(16|32)", text, re.IGNORECASE)


def test_every_expectation_names_its_source() -> None:
    assert len({e.hardware for e in EXPECTATIONS}) == len(EXPECTATIONS) >= 6
    assert all(e.url.startswith("https://") for e in EXPECTATIONS)
    assert all("](https://" in cell for cell in expectation_rows()["what to expect"])


def test_runs_on_fewer_images_are_held_against_the_same_images(comparison: Comparison) -> None:
    few = comparison.target.first(200)
    run = ModeRun(ExecutionMode.GPU_FLOAT16, 100, few, few)
    table = ModeTable(comparison.reference, {run.mode: run})
    assert table.images == 200
    assert table.largest_change is not None
    assert table.largest_change.comparison.max_abs_logit_delta == comparison.abs_logit_delta[:200].max()
    assert table.largest_change.comparison.images == 200


def test_times_and_memory_are_told_with_their_controls() -> None:
    found = timed_modes()
    assert latency_rows(found)["difference"][1] == "none measurable"
    assert "longer" in latency_rows(found)["difference"][0]
    memory = memory_rows(found)
    assert memory["float16 − float32 (control)"] == ["−1 kB (+10 B)", "+1 kB (0 B)"]
    verdict = "In memory, the float16 file takes **less** in CPU float32; **more** in CPU float16."
    assert memory_verdict(found) == verdict
    assert MemoryUse(4000, 4005, 3990, 20).difference_bytes == 0
    assert memory["again, float16"] == ["2 ms", "2 ms"]
    assert "on the CPU it is **slower** (2.0" in arithmetic_verdict(found)
    assert arithmetic_verdict(found[:1]) == ""
