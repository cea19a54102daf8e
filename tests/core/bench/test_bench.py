"""The benchmark measures what it says; how fast anything is, is not a test's business."""

from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from fp16core.bench.child_cost import BenchError, run_module
from fp16core.bench.measures import Memory, Ratio
from fp16core.bench.parts import PARTS, run_bench
from fp16core.bench.training_interference import run_script
from fp16core.bench.tutorial import evaluate_one_at_a_time
from fp16core.commands.bench import BENCH_PARTS
from fp16core.data.mnist import load_mnist
from fp16core.evaluate.comparison import Comparison
from fp16core.tflite.model_file import ModelPair
from tests.helpers.places import TestSet


@pytest.mark.slow
def test_the_tutorials_loop_reaches_the_same_accuracy(pair: ModelPair, comparison: Comparison) -> None:
    images, labels = load_mnist("test")
    interpreter = Interpreter(model_content=pair.target.contents)
    interpreter.allocate_tensors()
    found = evaluate_one_at_a_time(interpreter, images / 255.0, labels)
    assert found == comparison.target.accuracy.value


@pytest.mark.slow
def test_a_childs_answer_time_and_memory_are_its_own() -> None:
    """Python with NumPy and LiteRT needs some 50 MB; this test's own process holds far more."""
    ballast = bytearray(500_000_000)
    cost = run_module("fp16core", "compare", "--limit", "10", "--json")
    assert cost.answer["images"] == 10
    assert cost.seconds > 0.05
    assert 30_000_000 < cost.peak_bytes < len(ballast)


def test_a_child_is_found_where_python_ignores_the_working_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONSAFEPATH", "1")
    assert run_module("fp16core", "compare", "--limit", "5", "--json").answer["images"] == 5


def test_a_child_that_fails_is_an_error_in_words() -> None:
    with pytest.raises(BenchError, match=r"compare --limit 0 ended with status 2:[\s\S]*whole number"):
        run_module("fp16core", "compare", "--limit", "0")


@pytest.mark.tensorflow
@pytest.mark.slow
def test_the_notebook_and_a_training_run_do_the_same_work() -> None:
    """The same epoch on the same images. The notebook has no seed; its accuracy comes out between 95.5 and 96.7 %."""
    theirs, ours = run_module("fp16core.bench.tutorial", "train"), run_module("fp16core.bench.training_run")
    assert ours.answer["accuracy"] == pytest.approx(
        theirs.answer["accuracy"], abs=0.03
    )  # the notebook has no seed, and seeds move it by 0.006
    assert 0 < ours.answer["seconds"] < ours.seconds
    assert 0 < theirs.answer["seconds"] < theirs.seconds


def test_memory_is_judged_by_its_median() -> None:
    found = Memory("made up", (3, 1, 20), 10)
    assert found.median_bytes == 3
    assert found.document() == {"name": "made up", "peak_bytes": (3, 1, 20), "goal_bytes": 10, "median_bytes": 3}


@pytest.mark.slow
def test_ratios_show_their_spread_and_progress_ends_at_one() -> None:
    steps: list[float] = []
    (part,) = run_bench(["evaluation"], 3, lambda _what, done: steps.append(done))
    assert (part.part, part.repeats) == ("evaluation", 3)
    assert part.seconds > 0.1
    (found,) = part.results
    assert isinstance(found, Ratio)
    assert len(found.samples) == 3
    assert steps == sorted(steps)
    assert steps[-1] == 1
    made = Ratio("made up", 2, (3.0, 1.0, 2.0, 10.0), "")
    assert (made.minimum, made.median, made.maximum) == (1.0, 2.5, 10.0)


def test_the_command_line_offers_every_part() -> None:
    assert {*BENCH_PARTS} == {*PARTS}


@pytest.mark.tensorflow
@pytest.mark.slow
def test_what_a_training_run_costs_the_other_visitors_is_measured(
    tmp_path: Path, test_set: TestSet, train_set: TestSet
) -> None:
    """One round of reruns; the script is none of the core's modules, so nothing else would notice that it breaks.

    On few test images, as *Limits* runs the model in 168 formats; on all training images, so that it trains for long.
    """
    few = tmp_path / "few.npz"
    np.savez(few, x_train=train_set[0], y_train=train_set[1], x_test=test_set[0][:200], y_test=test_set[1][:200])
    found = run_script("reruns", 1, few)
    assert [len(rounds) for rounds in found.values()] == [1, 1]
    assert found.keys() == {"alone_ms", "training_ms"}
    assert all(time > 1 for rounds in found.values() for times in rounds for time in times)
