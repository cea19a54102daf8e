"""The page *Size and speed*, its bytes, graphs and converters, through Streamlit's own test driver."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from fp16core.lab import conversions
from fp16core.modes.facts import BatchTime, ModeFacts
from fp16core.modes.latency import Difference, PairedRatio
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.tflite.model_file import ModelPair
from pages.shared.ui.inert import inert
from pages.size import state
from tests.helpers.apps.driving import charts, ranges, visit, words
from tests.helpers.apps.visits import forget
from tests.helpers.files.stores import altered_pair

pytestmark = pytest.mark.usefixtures("cold_caches")

GRAPH = "Graph"
CONVERSION = "Converter and quantizer"
PATIENCE_S = 120.0


def files(view: str) -> AppTest:
    app = visit("size")
    app.segmented_control(key="size-view").set_value(view).run()
    assert not app.exception
    assert not app.error
    return app


def graphs(app: AppTest) -> list[str]:
    return [graph.proto.spec for graph in app.get("graphviz_chart")]


def measured(app: AppTest, table: int) -> dict[str, list[str]]:
    frame = app.table[table].value
    return {row["measured"]: [str(row[name]) for name in frame if name != "measured"] for _, row in frame.iterrows()}


def test_the_bytes_add_up_on_screen(pair: ModelPair) -> None:
    app = visit("size")
    table = app.dataframe[0].value.set_index("category")
    for column, model in (("float32 (B)", pair.reference), ("float16 (B)", pair.target)):
        assert table.loc["whole file", column] == model.size_bytes == table[column][:-1].sum()
    assert "only weights and biases shrink: from 81,640 B to **40,820 B**, exactly half" in words(app)
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["Beyond half"] == "+2,556 B"
    assert [chart["data"][0]["type"] for chart in charts(app)] == ["waterfall", "treemap", "treemap"]


def test_the_map_can_leave_weights_and_biases_out() -> None:
    app = visit("size")
    assert charts(app)[1]["data"][0]["values"][0] == 85_376 - 81_640
    assert "Coloured:" not in words(app)
    assert "The numbers that training found are left out." in words(app)
    app.toggle(key="files-weights").set_value(True).run()
    assert not app.exception
    assert "Coloured: the numbers that training found. Green:" in words(app)
    assert charts(app)[1]["data"][0]["values"][0] == 85_376


def test_the_graphs_stand_side_by_side_and_the_questions_are_answered() -> None:
    app = files(GRAPH)
    reference, target = graphs(app)
    assert "DEQUANTIZE" not in reference
    assert target.count("class=dequantize") == 4
    assert "STRIDED_SLICE" not in target
    text = words(app)
    assert "4 DEQUANTIZE operators" in text
    assert "take it as **float32 n × 28 × 28**" in text
    assert "logits of **10,000 of 10,000** images are the same, bit for bit" in text
    assert "from 45,244 B to **85,376 B**" in text
    assert "**while the model is loaded** by XNNPACK, and **in the first run** by LiteRT's own kernels" in text
    assert "float32: 3 operators of 11, in 2 parts: CONV_2D, MAX_POOL_2D; FULLY_CONNECTED." in text
    assert text.count("LiteRT's own kernels run SHAPE, STRIDED_SLICE, PACK, RESHAPE.") == 2
    app.toggle(key="files-shapes").set_value(True).run()
    assert all(graph.count("STRIDED_SLICE") >= 2 for graph in graphs(app))


def asks(app: AppTest) -> list[Any]:
    return [button for button in app.button if button.label == "Ask TensorFlow's converter"]


def test_both_ways_to_float16_are_compared() -> None:
    app = files(CONVERSION)
    rows = measured(app, 0)
    assert rows["file size"] == ["45,244 B", "44,740 B"]
    assert rows["biases stored as"] == ["float16", "float32"]
    assert rows["stored bits"] == ["as NumPy casts"] * 2
    outcome = measured(app, 1)
    assert outcome["stored value"] == ["70,000", "infinite"]
    assert outcome["logits that are not numbers"] == ["0 of 10", "10 of 10"]
    assert ranges(app.number_input(key="files-weight")) == ["−10³⁸ to 10³⁸"]
    app.number_input(key="files-weight").set_value(65_519.0).run()
    assert measured(app, 1)["stored value"] == ["65,519", "65,504"]


@pytest.mark.tensorflow
def test_tensorflows_converter_is_asked_stopped_and_asked_again() -> None:
    """Its process ends; ours never imports TensorFlow, whatever other tests here did before."""
    before = {"tensorflow", "keras"} & {*sys.modules}
    app = files(CONVERSION)
    (ask,) = asks(app)
    ask.click().run()
    (stop,) = [button for button in app.button if button.label == "Stop"]
    stop.click().run()
    assert "Stopped\\." in words(app)
    (ask,) = asks(app)
    ask.click().run()
    visitor = files(CONVERSION)
    assert [button.label for button in visitor.button] == []  # who did not start it cannot stop it
    job = next(iter(state.conversion_queue().running), None)
    assert job is not None
    job.wait(PATIENCE_S)
    for seen in (app.run(), visitor.run()):
        assert not seen.exception
        assert measured(seen, 1)["stored value"] == ["70,000", "infinite", "65,504"]
        assert measured(seen, 1)["logits that are not numbers"] == ["0 of 10", "10 of 10", "0 of 10"]
    assert {"tensorflow", "keras"} & {*sys.modules} == before


def test_without_tensorflow_the_page_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util as util\nfind = util.find_spec\n"
        "util.find_spec = lambda name, *rest: None if name == 'tensorflow' else find(name, *rest)\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    app = files(CONVERSION)
    asks(app)[0].click().run()
    for job in state.conversion_queue().running:
        job.wait(PATIENCE_S)
    assert "TensorFlow is not installed" in words(app.run())
    assert not app.exception


def test_a_target_without_float16_is_no_second_way_to_it(
    pair: ModelPair, tmp_path: Path, small_dataset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HALFBITS_PAIR", str(altered_pair(tmp_path / "same", pair.reference, pair.reference)))
    monkeypatch.setenv("HALFBITS_MNIST", str(small_dataset))
    text = words(files(CONVERSION))
    assert "This pair's target holds no float16 weights. What **LiteRT Quantizer** makes of its float32 file" in text
    assert "has **44,740 B**" in text
    assert "Both ways give the same digits" not in text
    monkeypatch.setattr(conversions, "quantize_tflite", lambda model: model)  # no digit classifier is known
    forget()
    assert "casts none of this model's weights to float16" in words(files(CONVERSION))


def test_the_page_opens_with_its_answer_and_ends_in_advice() -> None:
    text = words(visit("size"))
    assert "The float16 file saves **47.01 % of the bytes**: 45.2 kB instead of 85.4 kB." in text
    assert "For this model, **use the float16 file**. Measure float16 arithmetic on this hardware before" in text
    assert "McNemar, p ≥ 0.05" in text


def test_the_name_that_a_driver_gives_its_adapter_is_no_markdown(monkeypatch: pytest.MonkeyPatch) -> None:
    time = BatchTime(1, 5.0, Difference.NONE, PairedRatio(0.5, 0.5, 0.5), Difference.FASTER)
    named = ModeFacts(ExecutionMode.GPU_FLOAT16, 1_000, 0, True, "*GPU* [a](http://b) :smile:", times=(time,))
    software = replace(named, adapter="_soft_", by_software=True)
    monkeypatch.setattr("pages.size.advice.mode_facts", lambda *_: (named, software))
    text = words(visit("size"))
    assert not [markup for markup in ("*GPU*", "[a](", ":smile:", "_soft_") if markup in text]
    assert text.count(inert(named.adapter)) == 2  # in the answer and in the advice
    assert inert("_soft_") in text


def test_recorded_hardware_is_shown_before_anything_is_measured_here() -> None:
    app = files("Speed and accuracy")
    assert app.segmented_control(key="runtimes-section").value == "At a glance"
    assert "Recorded on 26 November 2026 on this hardware" in words(app)
    (table,) = app.dataframe
    assert list(table.value["answers changed"]) == [f"{changed} of 10,000" for changed in (1, 1, 6, 1, 5)]
    assert len(charts(app)) == 1
