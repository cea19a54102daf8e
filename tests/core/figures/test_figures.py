"""Figures hold the numbers of the results, and look right on light and dark pages."""

import base64
import csv
import io

import numpy as np
import pytest
from PIL import Image

from fp16core.convert.quantizer import quantize_tflite
from fp16core.evaluate.comparison import Comparison
from fp16core.evaluate.evaluation import Evaluation
from fp16core.figures import accuracy, digits, overview, weights
from fp16core.figures import bytes as bytes_figures
from fp16core.figures.base import style
from fp16core.figures.base.pictures import row_height_px, row_url, row_width_px, sprite_png
from fp16core.figures.base.table import figure_csv
from fp16core.figures.lab import guarantee
from fp16core.lab.guarantee import Guarantee
from fp16core.numerics.weight_rounding import weight_roundings
from fp16core.tflite.ledger import byte_ledger
from fp16core.tflite.model_file import ModelPair
from fp16core.tflite.size_account import size_account
from tests.helpers.places import ROOT, TestSet


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2.1."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("colour", [style.REFERENCE_COLOUR, style.TARGET_COLOUR, style.DELTA_COLOUR])
@pytest.mark.parametrize("page", ["#ffffff", "#f4f6f9", "#10151c", "#1a212b"])
def test_mark_colours_stand_out_from_every_background(colour: str, page: str) -> None:
    """WCAG 2.1 asks 3:1 of graphical marks; the backgrounds are those of the theme."""
    assert page in (ROOT / ".streamlit" / "config.toml").read_text()
    light, dark = sorted((luminance(colour), luminance(page)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 3


def test_file_sizes_add_up(pair: ModelPair) -> None:
    drawn = overview.file_sizes(size_account(byte_ledger(pair.reference), byte_ledger(pair.target)))
    assert [sum(sizes) for sizes in zip(*(bar.x for bar in drawn.data), strict=True)] == [
        pair.reference.size_bytes,
        pair.target.size_bytes,
    ]


@pytest.mark.parametrize("role", ["reference", "target"])
def test_the_map_of_a_file_holds_every_byte_on_every_level(pair: ModelPair, role: str) -> None:
    model = getattr(pair, role)
    tree = bytes_figures.file_map(byte_ledger(model), role, style.REFERENCE_COLOUR).data[0]
    boxes = {i: (parent, size) for i, parent, size in zip(tree.ids, tree.parents, tree.values, strict=True)}
    assert len(boxes) == len(tree.ids)  # Plotly draws nothing at all if two boxes share an identity
    for identity, (_, size) in boxes.items():
        inside = [s for parent, s in boxes.values() if parent == identity]
        assert not inside or sum(inside) == size
    assert boxes["file"][1] == model.size_bytes


def test_the_map_without_weights_holds_the_rest(pair: ModelPair) -> None:
    """85,376 bytes without 4 · 20,410."""
    tree = bytes_figures.file_map(byte_ledger(pair.reference), "float32", style.REFERENCE_COLOUR, False).data[0]
    assert tree.values[0] == 3_736
    assert not {"weights", "biases"} & set(tree.ids)


def test_the_steps_beyond_half_end_at_the_targets_size(pair: ModelPair) -> None:
    for target in (pair.target, quantize_tflite(pair.reference)):
        steps = bytes_figures.beyond_half(size_account(byte_ledger(pair.reference), byte_ledger(target))).data[0]
        assert sum(steps.x[:-1]) == steps.x[-1] == target.size_bytes - pair.reference.size_bytes / 2
        assert steps.measure[-1] == "total"


def test_confusion_figures_hold_the_counts(comparison: Comparison) -> None:
    drawn = accuracy.confusion(comparison.reference, "float32", style.REFERENCE_COLOUR)
    assert np.array_equal(np.array(drawn.data[0].customdata), comparison.reference.confusion)
    drawn = accuracy.confusion_delta(comparison)
    assert np.array_equal(np.array(drawn.data[0].customdata), comparison.confusion_delta)


def test_the_margin_scatter_shows_every_image_once(comparison: Comparison) -> None:
    drawn = accuracy.margin_scatter(comparison)
    shown = np.concatenate([trace.customdata for trace in drawn.data if trace.customdata is not None])
    assert sorted(shown.tolist()) == list(range(10_000))


def test_the_margin_line_is_explained_only_where_a_point_comes_near_it(comparison: Comparison) -> None:
    assert accuracy.margin_line_text(comparison).startswith("Below the dashed line, half the margin")
    logits = comparison.reference.logits + np.float32(1e-4) * np.eye(10, dtype=np.float32)[0]
    clear = np.flatnonzero(comparison.reference.margins > 0.01)
    near = Comparison(
        *(Evaluation(each[clear], comparison.labels[clear], 1) for each in (comparison.reference.logits, logits))
    )
    assert accuracy.margin_line_text(near) == "All points lie below half the margin: none of their answers can change."
    spoiled = np.full_like(logits, np.nan)
    broken = Comparison(
        *(Evaluation(each[clear], comparison.labels[clear], 1) for each in (comparison.reference.logits, spoiled))
    )
    assert accuracy.margin_line_text(broken).startswith("There is none here")


@pytest.mark.parametrize(("least", "said"), [(0.1, "All points lie below the whole margin"), (0, "Below the dashed")])
def test_the_bounds_line_is_explained_only_where_a_point_comes_near_it(least: float, said: str) -> None:
    assert guarantee.bound_line_text(Guarantee(np.array([1, least]), np.ones(2))).startswith(said)


def test_a_sprite_holds_the_images_in_reading_order(test_set: TestSet) -> None:
    images = test_set[0][:11]
    sprite = np.asarray(Image.open(io.BytesIO(sprite_png(images, columns=8))))
    assert sprite.shape == (2 * 28, 8 * 28)
    for place, image in enumerate(images):
        top, left = place // 8 * 28, place % 8 * 28
        assert np.array_equal(sprite[top : top + 28, left : left + 28], image)
    assert sprite[28:, 3 * 28 :].max() == 0


def test_the_scatter_of_identical_models_says_why_it_is_empty(comparison: Comparison) -> None:
    same = Comparison(comparison.reference, comparison.reference)
    assert "No image" in accuracy.margin_scatter(same, chosen=3).layout.annotations[0].text
    assert not accuracy.margin_scatter(comparison).layout.annotations


def test_every_chart_can_be_had_as_a_table(comparison: Comparison, pair: ModelPair) -> None:
    tensor = weight_roundings(pair)["conv_2d.kernel"]
    drawn = {
        "logits": digits.logits(comparison, 0),
        "confusion": accuracy.confusion_delta(comparison),
        "scatter": accuracy.margin_scatter(comparison, 3),
        "digits": accuracy.per_digit(comparison),
        "delta": accuracy.per_digit_delta(comparison),
        "weights": weights.weight_histograms(tensor),
        "errors": weights.rounding_errors(tensor, log_counts=True),
        "accuracies": overview.accuracies(comparison),
        "map": bytes_figures.file_map(byte_ledger(pair.target), "float16", style.TARGET_COLOUR),
        "beyond half": bytes_figures.beyond_half(size_account(byte_ledger(pair.reference), byte_ledger(pair.target))),
    }
    rows = {name: list(csv.reader(io.StringIO(figure_csv(figure)))) for name, figure in drawn.items()}
    assert rows["digits"][0] == ["series", "true digit", "accuracy (%)", "95 % low", "95 % high"]
    five = comparison.target.per_class[5]
    assert five is not None
    expected = [5, 100 * five.value, 100 * five.low, 100 * five.high]
    assert [float(cell) for cell in rows["digits"][16][1:]] == pytest.approx(expected)
    assert rows["accuracies"][0][2] == "model"
    assert rows["accuracies"][2][0] == rows["accuracies"][2][2] == "float16"
    assert rows["logits"][0][2] == "logit / change"
    assert [float(row[2]) for row in rows["logits"][21:]] == pytest.approx(comparison.logit_delta[0].tolist())
    assert rows["weights"][0][3:] == ["weight number", "bin from", "bin to"]
    assert rows["map"][0] == ["series", "category", "what", "bytes"]
    assert ["float16", "weights", "fully_connected.weights", "40560"] in rows["map"]
    assert sum(int(row[3]) for row in rows["map"][1:]) == pair.target.size_bytes
    assert float(rows["beyond half"][-1][1]) == 45_244 - 85_376 / 2
    assert len(rows["logits"]) == 1 + 30
    assert len(rows["confusion"]) == 1 + 100
    assert len(rows["errors"]) == 1 + 60
    assert sum(float(row[2]) for row in rows["errors"][1:]) == 108
    assert [float(row[2]) for row in rows["logits"][1:11]] == comparison.reference.logits[0].tolist()


@pytest.mark.parametrize(
    ("low", "high", "places", "texts"),
    [
        (-2.4e-4, 2.4e-4, [-2e-4, 0, 2e-4], ["−2 × 10⁻⁴", "0", "2 × 10⁻⁴"]),
        (-1.1e-5, 3e-6, [-1e-5, -5e-6, 0], ["−1 × 10⁻⁵", "−5 × 10⁻⁶", "0"]),
        (0.0, 8.0, [0, 2, 4, 6, 8], ["0", "2", "4", "6", "8"]),
    ],
)
def test_ticks_of_small_numbers_have_exponents_as_large_as_ours(
    low: float, high: float, places: list[float], texts: list[str]
) -> None:
    ticks = style.small_ticks(np.array([low, np.nan, high, np.inf]))
    assert ticks["tickvals"] == pytest.approx(places, abs=1e-12)
    assert ticks["ticktext"] == texts
    assert not any("<sup>" in text for text in texts)


def test_ticks_of_nothing_but_zero_are_left_to_the_chart() -> None:
    assert style.small_ticks(np.zeros(3)) == {}


@pytest.mark.parametrize(
    ("count", "most", "lines", "columns"),
    [(1, 1, 1, 1), (6, 6, 1, 6), (1, 7, 1, 1), (5, 7, 2, 3), (12, 12, 2, 6), (15, 32, 3, 5), (32, 32, 3, 11)],
)
def test_a_cell_shows_all_digits_of_a_row(count: int, most: int, lines: int, columns: int, test_set: TestSet) -> None:
    url = row_url(test_set[0][:count], most)
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(url.removeprefix("data:image/png;base64,")))))
    assert shown.shape == (28 * lines, 28 * columns)
    at = (count - 1) // columns * 28, (count - 1) % columns * 28
    assert np.array_equal(shown[at[0] : at[0] + 28, at[1] : at[1] + 28], test_set[0][count - 1])
    shown_width_px = columns / lines * (row_height_px(most) - 6)
    assert shown_width_px <= row_width_px(most) - 12 <= 198, "6 and 12 pixels are the cell's own margins"
