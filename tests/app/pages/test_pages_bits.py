"""The page Bits through Streamlit's own test driver, and its figures, against NumPy."""

import csv
import html
import io
import re
import struct
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from fp16core.convert.quantizer import quantize_tflite
from fp16core.figures import bits as figures
from fp16core.figures.base.table import figure_csv
from fp16core.numerics.narrowing import narrow
from fp16core.numerics.number_text import read_number
from fp16core.numerics.weight_rounding import weight_roundings
from fp16core.tflite.model_file import ModelPair
from fp16core.tflite.replace import replace_values
from tests.helpers.apps.driving import charts, visit, words
from tests.helpers.files.stores import altered_pair
from tests.helpers.places import ROUTER

pytestmark = pytest.mark.usefixtures("cold_caches")


def address(**query: str) -> AppTest:
    """The page as a link with these parameters opens it."""
    app = AppTest.from_file(str(ROUTER), default_timeout=60).run().switch_page("bits/bits.py")
    for key, value in query.items():
        app.query_params[key] = value
    return app.run()


def chosen(app: AppTest) -> int:
    return int(app.number_input(key="bits_index").value or 0)


def take_apart(text: str) -> AppTest:
    app = visit("bits")
    app.segmented_control(key="bits_of").set_value("Any number").run()
    app.text_input(key="bits_number").set_value(text).run()
    assert not app.exception
    return app


def spelled(app: AppTest) -> str:
    """Text alternative of the picture."""
    (strip,) = [block.proto.body for block in app.get("html") if 'class="bits"' in block.proto.body]
    (found,) = re.findall(r'aria-label="([^"]*)"', strip)
    return html.unescape(found)


def fields(bits: int, exponent: int, mantissa: int) -> str:
    digits = f"{bits:0{1 + exponent + mantissa}b}"
    return f"sign {digits[0]}, exponent {digits[1 : 1 + exponent]}, mantissa {digits[1 + exponent :]}"


def both(value: float) -> tuple[str, str]:
    """The fields of a float32 number and of its cast, by `struct` and NumPy."""
    single = struct.unpack("<I", struct.pack("<f", value))[0]
    with np.errstate(over="ignore"):
        half = int(np.array([value], np.float32).astype(np.float16).view(np.uint16)[0])
    return f"float32: {fields(single, 8, 23)}", f"float16: {fields(half, 5, 10)}"


def test_the_first_weight_shown_is_the_one_with_the_largest_error(pair: ModelPair) -> None:
    tensor = weight_roundings(pair)["fully_connected.weights"]
    errors = np.abs(tensor.reference.astype(np.float16).astype(float) - tensor.reference).ravel()
    app = visit("bits")
    assert errors[chosen(app)] == errors.max()
    assert all(part in spelled(app) for part in both(float(tensor.reference.flat[chosen(app)])))
    assert "The 16 bits in the file equal NumPy's own cast, as do all 20,280 of this tensor." in words(app)
    assert len(charts(app)) == 2


@pytest.mark.parametrize("button", ["largest_error", "largest_relative_error", "nearest_to_a_tie", "most_subnormal"])
def test_a_button_chooses_a_weight_and_the_picture_follows(button: str, pair: ModelPair) -> None:
    values = weight_roundings(pair)["fully_connected.weights"].reference.ravel()
    app = visit("bits")
    app.button(key=f"bits-{button}").click().run()
    value = float(values[chosen(app)])
    assert all(part in spelled(app) for part in both(value))
    if button == "most_subnormal":
        halves = np.abs(values.astype(np.float16).astype(float))
        assert abs(value) == np.abs(values[(halves > 0) & (halves < 2**-14)]).min()
        assert ":orange-badge[float16: subnormal]" in words(app)


def test_a_tensor_without_subnormal_weights_offers_none() -> None:
    app = address(bits_tensor="conv_2d.kernel")
    assert app.button(key="bits-most_subnormal").disabled
    app.button(key="bits-random").click().run()
    assert not app.exception


def test_another_tensor_begins_within_its_range() -> None:
    app = address(bits_index="20000")
    assert "Weight [9, 1748] of fully_connected.weights" in words(app)
    app.segmented_control(key="bits_tensor").set_value("conv_2d.bias").run()
    assert not app.exception
    assert chosen(app) < 12


@pytest.mark.parametrize(
    "query",
    [
        {"bits_index": "999999"},
        {"bits_index": "-1"},
        {"bits_index": "x"},
        {"bits_tensor": "conv_2d.bias", "bits_index": "500"},
        {"bits_tensor": "none", "bits_of": "nothing"},
    ],
)
def test_an_address_out_of_range_still_shows_a_number(query: dict[str, str]) -> None:
    app = address(**query)
    assert not app.exception
    assert "NumPy's own cast" in words(app)


@pytest.mark.parametrize(
    ("text", "value", "sentence"),
    [
        ("0.1", 0.1, "float32 cannot hold 0\\.1 exactly: it stores **0.100000001490116119384765625**"),
        ("65504", 65504.0, "float32 holds 65504 exactly; float16 stores **65504**"),
        ("65520", 65520.0, "float16 stores **∞**"),
        ("1e-8", 1e-8, "and float16 **0**"),
        ("0x1.8p-3", 0.1875, "float16 stores **0.1875**"),
        ("-0", -0.0, "float16 stores **−0**"),
        ("nan", float("nan"), "Both formats have bit patterns for nan"),
        ("1e39", float("inf"), "1e39 is outside float32's range: float32 stores **∞** instead"),
    ],
)
def test_any_number_is_taken_apart(text: str, value: float, sentence: str) -> None:
    app = take_apart(text)
    assert all(part in spelled(app) for part in both(value))
    assert sentence in words(app)
    assert "gives the same 16 bits" in words(app)
    assert len(charts(app)) == np.isfinite(value)


@pytest.mark.parametrize(
    ("text", "badges"),
    [
        ("65520", ("overflow", "tie", "carry")),
        ("1e-8", ("float16: zero", "underflow to 0")),
        ("6e-8", ("float32: normal", "float16: subnormal")),
        ("0.5", ("float16: normal", "exact")),
    ],
)
def test_badges_name_what_became_of_the_number(text: str, badges: tuple[str, ...]) -> None:
    shown = words(take_apart(text))
    assert all(re.search(rf"-badge\[{badge}\]", shown) for badge in badges)


def test_rounding_twice_is_told() -> None:
    assert "Rounded once, directly to float16, it would be 1.0009765625" in words(take_apart("1.000488281250001"))


def test_a_text_that_is_no_number_is_a_sentence_and_the_rest_stays() -> None:
    app = take_apart("65504")
    before = spelled(app)
    app.text_input(key="bits_number").set_value("<b>1,5</b>").run()
    assert not app.exception
    (error,) = app.error
    assert "has a comma" in error.value
    assert "<b>" not in error.value
    assert spelled(app) == before
    assert "The page still shows 65504" in words(app)
    assert len(charts(app)) == 1


def test_an_example_is_typed_for_the_visitor() -> None:
    app = take_apart("0.5")
    app.pills(key="bits-example").set_value("65519").run()
    assert app.text_input(key="bits_number").value == "65519"
    assert "float16 stores **65504**" in words(app)
    app.text_input(key="bits_number").set_value("2").run()
    assert app.pills(key="bits-example").value is None


def test_a_tensor_left_in_float32_is_said_to_be(
    pair: ModelPair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As LiteRT Quantizer leaves biases."""
    folder = altered_pair(tmp_path / "quantizer", pair.reference, quantize_tflite(pair.reference))
    monkeypatch.setenv("HALFBITS_PAIR", str(folder))
    app = address(bits_tensor="conv_2d.bias")
    assert not app.exception
    assert "This file keeps the tensor in float32" in words(app)
    assert "NumPy" not in words(app)


def test_a_file_that_does_not_hold_numpys_cast_is_said_so(
    pair: ModelPair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A weight of 70,000 clamped to 65,504, as TensorFlow's converter clamps."""
    singles, halves = (model.graph.weights()["conv_2d.kernel"] for model in (pair.reference, pair.target))
    large, clamped = singles.values.copy(), halves.values.copy()
    large.flat[3], clamped.flat[3] = 70000, 65504
    folder = altered_pair(
        tmp_path / "clamped",
        replace_values(pair.reference, {singles.index: large}),
        replace_values(pair.target, {halves.index: clamped}),
    )
    monkeypatch.setenv("HALFBITS_PAIR", str(folder))
    app = address(bits_tensor="conv_2d.kernel", bits_index="3")
    assert not app.exception
    assert ":orange[NumPy's own float16 cast gives ∞ instead: this tensor was clamped to ±65,504.]" in words(app)
    assert f"in the file: {fields(0x7BFF, 5, 10)}" in spelled(app)
    assert next(metric.value for metric in app.metric if metric.label == "Rounding error") == "−4,496"


def test_the_weights_page_leads_to_the_bits_of_its_tensor() -> None:
    app = visit("weights")
    app.segmented_control(key="tensor").set_value("conv_2d.bias").run()
    (link,) = app.get("page_link")
    assert link.proto.page.endswith("bits")
    assert "bits_tensor=conv_2d.bias" in link.proto.query_string


@pytest.mark.parametrize(
    "text", ["0.1", "-0.1", "1", "65504", "65519.996", "65520", "1e30", "-1e30", "6e-8", "1e-9", "-0"]
)
def test_the_shaded_stretch_is_what_numpy_rounds_to_the_chosen_number(text: str) -> None:
    source = read_number(text).float32
    drawn = figures.grid(narrow(source))
    (stretch,) = drawn.layout.shapes
    with np.errstate(over="ignore"):
        chosen = np.float32(source.as_float).astype(np.float16)
        inside = np.linspace(stretch.x0, stretch.x1, 102)[1:-1].astype(np.float16)
    assert (inside == chosen).all()
    grid = next(trace for trace in drawn.data if trace.name == "float16 numbers")
    with np.errstate(over="ignore"):
        halves = np.array(grid.x).astype(np.float16)
    finite = halves[np.isfinite(halves)]
    assert np.array_equal(finite[1:], np.nextafter(finite[:-1], np.float16(np.inf)))
    assert chosen in halves
    low, high = drawn.layout.xaxis.range
    assert all(low < place < high for place in grid.x)
    assert len(set(drawn.layout.xaxis.ticktext)) == len(grid.x)


def test_a_bars_click_names_a_weight_of_the_bar_and_both_figures_are_tables(pair: ModelPair) -> None:
    tensor = weight_roundings(pair)["fully_connected.weights"]
    drawn = figures.choosable_weights(tensor, 5)
    (bars,) = drawn.data
    assert sum(bars.y) == tensor.reference.size
    for index, low, high in bars.customdata:
        assert low <= tensor.reference.flat[index] <= high
    marked = [place for place, colour in enumerate(bars.marker.color) if colour != bars.marker.color[0]]
    ((_, low, high),) = [bars.customdata[place] for place in marked]
    assert low <= tensor.reference.flat[5] <= high
    rows = list(csv.reader(io.StringIO(figure_csv(drawn))))
    assert rows[0][3:] == ["weight number", "bin from", "bin to"]
    assert len(rows) == 1 + len(bars.x)
    rows = list(csv.reader(io.StringIO(figure_csv(figures.grid(narrow(read_number("0.1").float32))))))
    assert ["float16 numbers", "0.0999755859375", "0.0", "0.0999755859375"] in rows
