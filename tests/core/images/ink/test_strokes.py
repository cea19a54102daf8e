"""Strokes of different strength: what is ink, and what is not."""

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageDraw
from scipy import ndimage

from fp16core.images.ink.strokes import evened
from fp16core.images.prepare import prepare_image
from fp16core.images.stages import PreparedPicture, StageName

Ink = npt.NDArray[np.float32]


def stroke(points: list[tuple[float, float]], strength: float = 1.0, pen: int = 12, soft: float = 1.5) -> Ink:
    """A stroke on a sheet of 260 × 360 pixels."""
    image = Image.new("L", (360, 260), 0)
    ImageDraw.Draw(image).line(points, 255, pen, joint="curve")
    return np.asarray(strength * ndimage.gaussian_filter(np.asarray(image, np.float32) / 255, soft), np.float32)


def together(*strokes: Ink) -> Ink:
    ink: Ink = np.maximum.reduce(strokes)
    return ink


def read(ink: Ink, *off: StageName) -> PreparedPicture:
    grainy = 0.85 - 0.6 * ink + 0.006 * np.random.default_rng(3).standard_normal(ink.shape)
    return prepare_image(Image.fromarray(np.rint(np.clip(grainy, 0, 1) * 255).astype(np.uint8)), "sheet", off)


def decision(prepared: PreparedPicture, name: StageName) -> str:
    return next(stage.decision for stage in prepared.stages if stage.name is name)


BAR, STEM = [(120.0, 50.0), (220.0, 50.0)], [(220.0, 50.0), (160.0, 210.0)]


@pytest.mark.parametrize("strength", [0.36, 0.42, 0.6])
def test_a_pale_part_of_a_stroke_belongs_to_the_digit(strength: float) -> None:
    """A 7 whose bar was written with less pressure; it meets the stem without a gap."""
    (even,) = read(together(stroke(BAR), stroke(STEM))).digits
    pale = read(together(stroke(BAR, strength), stroke(STEM)))
    (digit,) = pale.digits
    assert np.corrcoef(digit.image.ravel(), even.image.ravel())[0, 1] > 0.95
    words = decision(pale, StageName.INK)
    assert ("in pale strokes, from" in words) == (strength < 0.5)


def test_digits_of_a_row_are_judged_by_their_own_strength() -> None:
    row = [stroke([(x, 60), (x + 10, 200)], strength) for x, strength in ((60, 0.35), (150, 1.0), (240, 0.5))]
    assert decision(read(together(*row)), StageName.DIGITS) == "3 digits in a row"


def test_a_pale_digit_stays_when_the_only_rule_below_the_row_goes() -> None:
    row = [stroke([(x, 60), (x + 10, 200)], strength) for x, strength in ((60, 0.4), (150, 1.0), (240, 0.5))]
    rule = stroke([(-9, 235), (369, 235)], 0.6, pen=3, soft=0.5)
    read_row = read(together(*row, rule))
    assert decision(read_row, StageName.LINES) == "removed 1 horizontal line"
    assert decision(read_row, StageName.DIGITS) == "3 digits in a row"


@pytest.mark.parametrize("soft", [3.0, 4.0])
def test_strokes_side_by_side_are_not_joined_by_their_soft_edges(soft: float) -> None:
    """Between them lies grey of a third of their strength, but no stroke; a third one is pale."""
    near = together(*(stroke([(x, 60), (x, 200)], soft=soft) for x in (150, 163 + soft)))
    between = near[130, 150 : 163 + int(soft)].min() / near.max()
    assert 0.3 < between < 0.45
    found = evened(together(near / near.max(), stroke([(40, 60), (40, 200)], 0.4)), 1.0, 0.3)
    assert ndimage.label(found.ink > 0.5)[1] == 3


def test_a_loop_stays_open_beside_a_pale_stroke() -> None:
    ring = [(180 + 22 * np.cos(a), 90 + 22 * np.sin(a)) for a in np.linspace(0, 2 * np.pi, 60)]
    nine = together(stroke(ring, soft=4.0), stroke([(202.0, 90.0), (195.0, 210.0)], 0.4))
    (digit,) = read(nine).digits
    filled = ndimage.binary_fill_holes(digit.image > 127)
    assert filled is not None
    assert (filled & (digit.image <= 127)).sum() >= 4


def test_what_shows_through_the_paper_is_no_ink() -> None:
    """The back's writing: as strong as a pale stroke may be at least, less a little."""
    back = stroke([(260.0, 60.0), (330.0, 60.0), (330.0, 200.0)], 0.25, soft=3.0)
    prepared = read(together(stroke(BAR), stroke(STEM), back))
    assert decision(prepared, StageName.DIGITS) == "one digit"
    assert "pale" not in decision(prepared, StageName.INK)


@pytest.mark.parametrize("level", [0.32, 0.4, 0.48])
def test_a_faint_printed_line_is_no_pale_stroke(level: float) -> None:
    """It runs out of the picture, or is much thinner than the strokes."""
    rules = [stroke([(-5, y), (365, y)], level, 2, 0.5) for y in (40, 130)]
    marginal = stroke([(60, 190), (300, 190)], level, 2, 0.5)
    (alone,) = read(together(stroke(BAR), stroke(STEM))).digits
    (digit,) = read(together(stroke(BAR), stroke(STEM), *rules, marginal)).digits
    assert np.corrcoef(digit.image.ravel(), alone.image.ravel())[0, 1] > 0.95


def test_ink_of_one_strength_is_left_as_it_is() -> None:
    ink = together(stroke(BAR, soft=4.0), stroke(STEM, soft=4.0))
    found = evened(ink, 1.0, 0.3)
    assert found.ink is ink
    assert found.palest == 1.0


def test_pale_strokes_are_enhanced_to_the_strength_of_the_others() -> None:
    found = evened(together(stroke(BAR, 0.4), stroke(STEM)), 1.0, 0.3)
    assert found.ink[50, 170] == pytest.approx(1, abs=0.1)
    assert found.ink[62, 170] < 0.5, "its edge stays where it was"
    assert found.ink[130, 190] == pytest.approx(1, abs=0.1)
    assert 0.3 < found.palest < 0.45


def test_without_the_stage_pale_strokes_keep_their_grey() -> None:
    (grey,) = read(together(stroke(BAR, 0.4), stroke(STEM)), StageName.INK, StageName.SPECKS).digits
    bar = grey.image[:8].max(axis=0)
    assert 40 < np.sort(bar)[len(bar) // 2 :].mean() < 200
