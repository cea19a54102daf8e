"""Lines, rims and edges beside digits, and digits that could be taken for them."""

import time

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageOps

from fp16core.images.prepare import prepare_image
from fp16core.images.stages import PreparedPicture, StageName
from fp16core.vocabulary import ImageError

Points = list[tuple[float, float]]


def decision(prepared: PreparedPicture, name: StageName) -> str:
    return next(stage.decision for stage in prepared.stages if stage.name is name)


def drawn(size: tuple[int, int], *strokes: Points, pen: int) -> Image.Image:
    """Black strokes on white paper."""
    image = Image.new("L", size, 255)
    for stroke in strokes:
        ImageDraw.Draw(image).line(stroke, 0, pen, joint="curve")
    return image


def ring(image: Image.Image, box: tuple[float, float, float, float], pen: int) -> Image.Image:
    ImageDraw.Draw(image).ellipse(box, outline=0, width=pen)
    return image


def ink_height(prepared: PreparedPicture) -> int:
    """Height of the only digit's crop."""
    (digit,) = prepared.digits
    crop = next(stage.decision for stage in digit.stages if stage.name is StageName.CROP)
    return int(crop.split(" × ")[1].split()[0])


def test_the_sides_of_a_digit_that_fills_a_small_picture_are_no_printed_lines() -> None:
    """A slim eight in 32 × 32 pixels: its sides are thin, straight and as long as the picture."""
    eight = Image.new("L", (32, 32), 255)
    for box in ((4, 0, 25, 15), (4, 14, 25, 31)):
        ImageDraw.Draw(eight).rounded_rectangle(box, 6, outline=0, width=3)
    prepared = prepare_image(eight, "eight")
    assert decision(prepared, StageName.LINES).startswith("no printed lines")
    assert ink_height(prepared) == 32


def test_upright_strokes_in_a_low_strip_are_no_printed_lines() -> None:
    """Eight ones that nearly fill a strip thirteen times as long as high."""
    ones: list[Points] = [[(20 + 64 * n, 1), (20 + 64 * n, 38)] for n in range(8)]
    prepared = prepare_image(drawn((520, 40), *ones, pen=5), "strip")
    assert len(prepared.digits) == 8
    assert decision(prepared, StageName.SPECKS) == "nothing to drop"


@pytest.mark.parametrize("rise", [-5, 0, 4])
def test_a_lone_rule_under_a_row_is_removed(rise: int) -> None:
    """Three ovals stand on a rule that would join them."""
    page = drawn((200, 100), [(0, 80), (200, 80 + rise)], pen=2)
    for left in (20, 80, 140):
        ring(page, (left, 20, left + 40, 82), 6)
    prepared = prepare_image(page, "row")
    assert decision(prepared, StageName.LINES) == "removed 1 horizontal line"
    assert len(prepared.digits) == 3


SEVEN = [[(0.0, 4.0), (79.0, 4.0), (30.0, 100.0)]]
FOUR = [[(30.0, 0.0), (2.0, 70.0), (79.0, 70.0)], [(50.0, 30.0), (50.0, 100.0)]]
ONE_WITH_FOOT = [[(10.0, 30.0), (40.0, 2.0), (40.0, 98.0)], [(0.0, 97.0), (79.0, 97.0)]]


@pytest.mark.parametrize("digit", [SEVEN, FOUR, ONE_WITH_FOOT], ids=["7", "4", "1"])
@pytest.mark.parametrize("pen", [2, 4])
def test_a_stroke_from_edge_to_edge_of_a_tight_picture_stays(digit: list[Points], pen: int) -> None:
    prepared = prepare_image(drawn((80, 100), *digit, pen=pen), "digit")
    assert decision(prepared, StageName.LINES).startswith("no printed lines")
    assert decision(prepared, StageName.SPECKS) == "nothing to drop"
    assert ink_height(prepared) >= 95


def test_a_digit_in_two_pieces_that_covers_the_edge_is_no_table() -> None:
    """The base of a 2 covers the bottom edge, and its bow is apart."""
    bow: Points = [(6, 12), (11, 5), (23, 6), (25, 11)]
    base: Points = [(21, 18), (4, 30), (30, 30)]
    prepared = prepare_image(ImageOps.invert(drawn((32, 32), bow, base, pen=3)), "two")
    assert decision(prepared, StageName.SPECKS) == "nothing to drop"
    assert ink_height(prepared) >= 27


def test_a_table_at_the_edge_is_dropped() -> None:
    page = drawn((200, 200), [(70, 60), (120, 60), (90, 130)], pen=10)
    ImageDraw.Draw(page).polygon([(0, 199), (0, 150), (199, 175), (199, 199)], 0)
    prepared = prepare_image(page, "seven", [StageName.LIGHT])  # which may take it for a shadow
    assert decision(prepared, StageName.SPECKS) == "dropped 1 mark along the picture's edge"
    assert ink_height(prepared) == pytest.approx(80, abs=6)
    prepared = prepare_image(page, "seven")
    assert decision(prepared, StageName.DIGITS) == "one digit"
    assert ink_height(prepared) == pytest.approx(80, abs=4)


def test_a_plate_s_rim_that_leaves_the_picture_is_dropped() -> None:
    """A ring wider than the picture: an arc above the digit, and one below it."""
    page = drawn((200, 300), [(70, 110), (120, 110), (90, 200)], pen=12)
    ring(page, (-20, 8, 220, 292), 5)
    prepared = prepare_image(page, "plate")
    assert decision(prepared, StageName.SPECKS) == "dropped 2 marks along the picture's edge"
    assert ink_height(prepared) == pytest.approx(102, abs=8)


def test_a_pencilled_one_from_edge_to_edge_is_no_margin_line() -> None:
    prepared = prepare_image(drawn((60, 200), [(30, 0), (30, 199)], pen=2), "one")
    assert np.count_nonzero(prepared.images) > 30
    assert decision(prepared, StageName.SPECKS) == "nothing to drop"


def test_the_sides_of_a_printed_box_are_dropped_and_ones_are_not() -> None:
    """Two thin lines, higher than the 7 between them; or as thick as it."""
    seven: Points = [(80, 60), (120, 60), (95, 130)]
    sides: list[Points] = [[(50, 30), (50, 160)], [(150, 30), (150, 160)]]
    boxed = drawn((200, 200), seven, pen=9)
    for side in sides:
        ImageDraw.Draw(boxed).line(side, 0, 3)
    prepared = prepare_image(boxed, "seven")
    assert decision(prepared, StageName.SPECKS) == "dropped 2 sides of printed boxes"
    assert len(prepared.digits) == 1
    assert len(prepare_image(drawn((200, 200), seven, *sides, pen=9), "171").digits) == 3


def test_a_ring_around_a_seven_is_a_frame_and_rings_beside_it_are_none() -> None:
    page = drawn((400, 200), [(70, 70), (120, 70), (90, 140)], pen=10)
    ring(page, (30, 20, 170, 180), 6)
    ring(page, (250, 60, 290, 140), 10)
    prepared = prepare_image(page, "70")
    assert decision(prepared, StageName.SPECKS) == "dropped a frame around the ink"
    assert len(prepared.digits) == 2


@pytest.mark.parametrize(
    ("pitch", "start", "ink", "count"),
    [(6, 0, 1, 63 * 85), (8, 0, 4, 47 * 64), (40, 28, 12, 9 * 12)],
    ids=["a close grid", "a screen", "squares"],
)
def test_many_marks_are_refused_without_looking_at_each(pitch: int, start: int, ink: int, count: int) -> None:
    """Comparing each mark with each took seconds, and so did looking for the digits in each."""
    in_rows, in_columns = ((cells - start) % pitch < ink for cells in np.indices((376, 512)))
    marks = in_rows | in_columns if ink == 1 else in_rows & in_columns
    page = np.where(marks, 0, 255).astype(np.uint8)
    began_s = time.process_time()
    with pytest.raises(ImageError, match=f"^page: {count} separate marks look like digits; at most 32 are read"):
        prepare_image(Image.fromarray(page), "page")
    assert time.process_time() - began_s < 1
