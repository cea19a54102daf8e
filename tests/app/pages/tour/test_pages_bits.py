"""The page Weights and bits through Streamlit's own test driver, and its figures, against NumPy."""

import csv
import html
import io
import re
import struct
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from fp16core.convert.quantizer import quantize_tflite
from fp16core.figures import bits as figures
from fp16core.figures import weights as histograms
from fp16core.figures.base.table import figure_csv
from fp16core.numerics.bits import BinaryNumber
from fp16core.numerics.formats import FLOAT16
from fp16core.numerics.narrowing import narrow
from fp16core.numerics.number_text import read_number
from fp16core.numerics.weight_rounding import weight_roundings
from fp16core.text import small_text
from fp16core.tflite.model_file import ModelPair
from fp16core.tflite.replace import replace_values
from pages.bits import clickable
from tests.helpers.apps.driving import charts, visit, words
from tests.helpers.files.stores import altered_pair
from tests.helpers.places import ROUTER
from tests.helpers.results import float32

pytestmark = pytest.mark.usefixtures("cold_caches")

EXAMPLES = ("0.1", "1/3", "65504", "65519", "65520", "70000", "1e-8", "6e-8", "1.000488281250001", "-0", "inf", "nan")


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
    assert len(charts(app)) == 3


@pytest.mark.parametrize("button", ["largest_error", "largest_relative_error", "nearest_to_a_tie", "most_subnormal"])
def test_a_menu_chooses_a_weight_and_the_picture_follows(button: str, pair: ModelPair) -> None:
    values = weight_roundings(pair)["fully_connected.weights"].reference.ravel()
    app = visit("bits")
    app.menu_button(key="bits-special").click(button.replace("_", " ").capitalize()).run()
    value = float(values[chosen(app)])
    assert all(part in spelled(app) for part in both(value))
    if button == "most_subnormal":
        halves = np.abs(values.astype(np.float16).astype(float))
        assert abs(value) == np.abs(values[(halves > 0) & (halves < 2**-14)]).min()
        assert ":orange-badge[float16: subnormal]" in words(app)


def test_a_tensor_without_subnormal_weights_offers_none() -> None:
    app = address(bits_tensor="conv_2d.kernel")
    assert "Most subnormal" not in app.menu_button(key="bits-special").options
    app.menu_button(key="bits-special").click("Random").run()
    assert not app.exception


def test_another_tensor_begins_within_its_range() -> None:
    app = address(bits_index="20000")
    assert "Weight [9, 1748] of fully_connected.weights" in words(app)
    app.selectbox(key="bits_tensor").set_value("conv_2d.bias").run()
    assert not app.exception
    assert chosen(app) < 12
    assert "**12 biases** of shape 12" in words(app)
    assert "No bias of **conv_2d.bias** moved by more than" in words(app)


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
    assert len(charts(app)) == 2 + np.isfinite(value)


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
    assert len(charts(app)) == 3


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ({"bits": 0x3DCCCCCD, "seq": 4, "preset": None}, "0.1"),
        ({"bits": 0x3EAAAAAB, "seq": 1, "preset": 1}, "1/3"),
        ({"bits": 0x3EAAAAAC, "seq": 1, "preset": 1}, "0.33333337"),
        ({"bits": 0x7FC00001, "seq": 1, "preset": 99}, "0x7fc00001"),
        ({"bits": 2**32, "seq": 1}, None),
        ({"bits": -1, "seq": 1}, None),
        ({"bits": 5, "seq": "x"}, None),
        ({"bits": True, "seq": 1}, None),
        ({"bits": [5], "seq": 1}, None),
        ([1, 2], None),
        ("0.1", None),
        (None, None),
    ],
)
def test_a_number_from_the_browser_is_checked_and_written_as_one_that_can_be_read(
    sent: object, text: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = {"bits-clickable": {"number": sent}}
    monkeypatch.setattr(st, "session_state", session)
    assert clickable.changed_to() == text
    assert session.get("bits-seen") == (sent["seq"] if text is not None and isinstance(sent, dict) else None)


def test_every_number_to_try_is_one() -> None:
    assert [read_number(preset.text).text for preset in clickable.PRESETS]
    assert {read_number(text).float32 for text in EXAMPLES} <= {
        read_number(preset.text).float32 for preset in clickable.PRESETS
    }


def test_a_number_in_the_address_is_shown_and_a_weight_takes_its_place() -> None:
    app = address(bits_of="Any number", bits_number="1/3")
    assert app.text_input(key="bits_number").value == "1/3"
    assert all(part in spelled(app) for part in both(1 / 3))
    app.text_input(key="bits_number").set_value("65519").run()
    assert app.query_params["bits_number"] == "65519"
    app.segmented_control(key="bits_of").set_value("A weight").run()
    assert not app.exception
    assert "bits_number" not in app.query_params
    assert "NumPy's own cast, as do all" in words(app)


def test_a_tensor_left_in_float32_is_said_to_be(
    pair: ModelPair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As LiteRT Quantizer leaves biases."""
    folder = altered_pair(tmp_path / "quantizer", pair.reference, quantize_tflite(pair.reference))
    monkeypatch.setenv("HALFBITS_PAIR", str(folder))
    app = address(bits_tensor="conv_2d.bias")
    assert not app.exception
    assert "This file keeps the tensor in float32" in words(app)
    assert "This file keeps **conv_2d.bias** in float32, so nothing is dropped." in words(app)
    assert "NumPy" not in words(app)


def test_a_file_that_does_not_hold_numpys_cast_is_said_so(
    pair: ModelPair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A weight of 70,000 clamped to 65,504, as TensorFlow's converter clamps."""
    singles, halves = (model.graph.weights()["conv_2d.kernel"] for model in (pair.reference, pair.target))
    large, clamped = singles.values.copy(), halves.values.copy()
    large.flat[3], clamped.flat[3] = 70000, 65504
    shown: list[tuple[BinaryNumber, BinaryNumber | None]] = []
    monkeypatch.setattr(clickable, "clickable_bits", lambda number, stored, _: shown.append((number, stored)))
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
    assert shown[-1] == (float32(70000.0), BinaryNumber(FLOAT16, 0x7BFF))
    assert "with a rounding error of **−4,496**" in words(app)
    assert "1 were too large for float16. :orange[Weights beyond ±65,504 were clamped to it" in words(app)
    assert next(metric.value for metric in app.metric if metric.label == "Overflowed") == "1"


def test_the_numbers_of_a_tensor_and_the_table_of_all(pair: ModelPair) -> None:
    tensor = weight_roundings(pair)["fully_connected.weights"]
    app = visit("bits")
    numbers = {metric.label: metric.value for metric in app.metric}
    assert numbers["Largest rounding error"] == small_text(float(np.abs(tensor.error).max()))
    halves = np.abs(tensor.stored.astype(float))
    assert numbers["Subnormal"] == f"{np.count_nonzero((halves > 0) & (halves < 2**-14)):,}"
    assert "None became 0, none was too large for float16. All stored bits equal NumPy's own float16 cast." in words(
        app
    )
    assert len(app.dataframe[0].value) == 4
    assert f"moved by more than **{numbers['Largest rounding error']}**" in words(app)


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


@pytest.mark.parametrize("tensor", ["conv_2d.kernel", "fully_connected.weights"])
def test_a_bars_click_names_a_weight_of_the_bar_and_figures_are_tables(pair: ModelPair, tensor: str) -> None:
    rounding = weight_roundings(pair)[tensor]
    for drawn, values in (
        (histograms.weight_histograms(rounding, True, 5), rounding.reference),
        (histograms.rounding_errors(rounding, True, 5), rounding.error),
    ):
        bars = drawn.data[0]
        assert sum(bars.y) == rounding.reference.size
        for count, (index, low, high) in zip(bars.y, bars.customdata, strict=True):
            assert (index is None) == (count == 0)
            assert index is None or low <= values.flat[index] <= high
        common = max(set(bars.marker.color), key=list(bars.marker.color).count)
        ((_, low, high),) = [
            data for data, colour in zip(bars.customdata, bars.marker.color, strict=True) if colour != common
        ]
        assert low <= values.flat[5] <= high
        rows = list(csv.reader(io.StringIO(figure_csv(drawn))))
        assert rows[0][3:] == ["weight number", "bin from", "bin to"]
        assert len(rows) == 1 + sum(len(trace.x) for trace in drawn.data)
    rows = list(csv.reader(io.StringIO(figure_csv(figures.grid(narrow(read_number("0.1").float32))))))
    assert ["float16 numbers", "0.0999755859375", "0.0", "0.0999755859375"] in rows
