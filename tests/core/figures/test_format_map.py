"""The map of formats, as cells and as a table."""

from dataclasses import replace

from fp16core.figures.base.style import DELTA_COLOUR, WARNING_COLOUR
from fp16core.figures.lab.format_map import bits_text, fields_text, format_cells, format_csv, scale_ticks
from fp16core.numerics.formats import PRESETS, FloatFormat
from tests.helpers.results import dial_result


def test_cells_hold_the_formats_measured_so_far() -> None:
    """The first of two formats is measured so far."""
    formats = [PRESETS["float16"], FloatFormat(2, 0)]
    (cell,) = format_cells(formats, [dial_result(0.02)])
    assert cell == {
        "place": "5,10",
        "colour": "#cfe8df",
        "breaks": True,
        "bits": "16 bits (float16)",
        "fields": "1 sign + 5 exponent + 10 mantissa",
        "accuracy": "50.00 %",
        "changed": "0 images",
    }
    head, row = format_csv(formats, [dial_result(0.02)]).splitlines()
    assert head.split(",")[:2] == ['"exponent bits"', '"mantissa bits"']
    assert row == "5,10,50.0,0,0.0"


def test_colours_run_from_no_changed_answer_to_all() -> None:
    form = PRESETS["float16"]
    none, all_of_them = dial_result(0.0), replace(dial_result(0.0), changed_predictions=2)
    assert [cell["colour"] for cell in format_cells([form] * 2, [none, all_of_them])] == ["#cfe8df", WARNING_COLOUR]
    ticks = scale_ticks(10_000)
    assert [tick["text"] for tick in ticks] == ["0", "10", "100", "1,000", "10,000"]
    assert (ticks[0]["colour"], ticks[-1]["colour"]) == ("#cfe8df", WARNING_COLOUR)
    assert DELTA_COLOUR not in {tick["colour"] for tick in ticks}, "it lies between 10 and 100"
    assert len(scale_ticks(5)) == 1


def test_a_format_is_named_if_it_is_a_preset() -> None:
    assert bits_text(FloatFormat(4, 3)) == "8 bits"
    assert bits_text(PRESETS["FP8 E4M3"]) == "8 bits (FP8 E4M3)"
    assert fields_text(FloatFormat(4, 3, has_sign=False)) == "0 sign + 4 exponent + 3 mantissa"
