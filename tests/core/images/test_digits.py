"""Marks become digits: rows, pieces of one digit, and digits that touch."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageDraw
from scipy import ndimage

from fp16core.images.digits.cutting import digit_parts, look
from fp16core.images.prepare import prepare_image
from fp16core.images.stages import PreparedPicture, StageName
from tests.helpers.places import TestSet

Image28 = npt.NDArray[np.uint8]


def decision(prepared: PreparedPicture) -> str:
    return next(stage.decision for stage in prepared.stages if stage.name is StageName.DIGITS)


def page(size: tuple[int, int], *shapes: tuple[str, Any], pen: int = 6) -> PreparedPicture:
    """Lines and ovals in black on white."""
    image = Image.new("L", size, 255)
    draw = ImageDraw.Draw(image)
    for kind, points in shapes:
        if kind == "oval":
            draw.ellipse(points, outline=0, width=pen)
        else:
            draw.line(points, 0, pen, joint="curve")
    return prepare_image(image, "page")


def ovals(*corners: tuple[int, int], size: tuple[int, int] = (40, 60)) -> list[tuple[str, Any]]:
    return [("oval", (left, top, left + size[0], top + size[1])) for left, top in corners]


def cropped(image: Image28, scale: int) -> npt.NDArray[np.bool_]:
    """An MNIST digit, enlarged and cropped to its ink."""
    side = 28 * scale
    ink = np.asarray(Image.fromarray(image).resize((side, side), Image.Resampling.BICUBIC)) > 127
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def beside(left: npt.NDArray[np.bool_], right: npt.NDArray[np.bool_], overlap_px: int) -> npt.NDArray[np.bool_]:
    """Two digits on one base line, moved together by some pixels more than until their boxes touch."""
    height = max(len(left), len(right))
    both = np.zeros((height, left.shape[1] + right.shape[1] - overlap_px), bool)
    both[height - len(left) :, : left.shape[1]] |= left
    both[height - len(right) :, left.shape[1] - overlap_px :] |= right
    return both


def test_three_zeros_that_touch_are_cut_apart() -> None:
    """Their strokes cross, as in a number that is written in one go."""
    prepared = page((200, 120), ("line", [(25, 30), (23, 90)]), *ovals((40, 30), (78, 32), (115, 30)))
    assert decision(prepared) == "4 digits in a row; 1 mark cut apart where digits touch"
    for digit in prepared.digits[1:]:
        hole = digit.image[10:18, 11:17]
        assert hole.min() == 0, "each zero is open in its middle"


def test_the_cut_shows_in_the_picture_of_the_stage() -> None:
    image = Image.new("L", (160, 120), 255)
    for _, box in ovals((40, 30), (78, 32)):
        ImageDraw.Draw(image).ellipse(box, outline=0, width=6)
    stages = {stage.name: stage for stage in prepare_image(image, "page", thumbnails=True).stages}
    specks, digits = (stages[name].picture for name in (StageName.SPECKS, StageName.DIGITS))
    assert specks is not None
    assert digits is not None
    gone = np.nonzero((specks > 127) & (digits < 127))[1]
    assert len(gone) > 5
    assert np.ptp(gone) <= 8, "only along the cut"


def test_ten_digits_in_two_rows_are_read_in_order() -> None:
    corners = [(30 + 75 * n, 25) for n in range(5)] + [(30 + 75 * n, 140) for n in range(5)]
    assert decision(page((420, 240), *ovals(*corners))) == "10 digits in 2 rows"


def test_rows_that_slant_stay_rows() -> None:
    """Two rows of six that climb by more than a digit's height."""
    rise = [14 * n for n in range(6)]
    upper = [(20 + 60 * n, 120 - rise[n]) for n in range(6)]
    lower = [(20 + 60 * n, 210 - rise[n]) for n in range(6)]
    prepared = page((400, 300), *ovals(*lower, *upper, size=(36, 60)))
    assert decision(prepared) == "12 digits in 2 rows"


def test_a_bar_that_lies_apart_belongs_to_its_five() -> None:
    body = [(60, 45), (56, 75), (80, 70), (92, 95), (75, 118), (52, 112)]
    prepared = page((160, 160), ("line", body), ("line", [(72, 40), (100, 38)]))
    assert decision(prepared) == "one digit"
    crop = next(stage.decision for stage in prepared.digits[0].stages if stage.name is StageName.CROP)
    assert int(crop.split()[0]) >= 50, "the bar reaches to the right"


def test_a_broken_one_that_leans_is_one_digit_and_two_that_stand_side_by_side_are_two() -> None:
    broken = page((160, 160), ("line", [(100, 30), (84, 74)]), ("line", [(78, 88), (64, 128)]), pen=9)
    assert decision(broken) == "one digit"
    in_the_same_rows = page((180, 160), ("line", [(134, 24), (88, 66)]), ("line", [(76, 69), (42, 112)]), pen=13)
    assert decision(in_the_same_rows) == "one digit"
    two = page((160, 160), ("line", [(100, 30), (84, 120)]), ("line", [(78, 38), (64, 128)]), pen=9)
    assert decision(two) == "2 digits in a row"


def test_digits_below_each_other_are_read_one_by_one_and_a_dashed_one_is_a_one(test_set: TestSet) -> None:
    images, labels = test_set
    column = np.concatenate([images[places] for places in np.flatnonzero(labels >= 2)[:4]])
    found = prepare_image(Image.fromarray(255 - column).resize((112, 448), Image.Resampling.BICUBIC), "column")
    assert decision(found) == "4 digits in 4 rows"
    dashes = [("line", [(80, top), (78, top + 40)]) for top in (20, 70, 120)]
    assert decision(page((160, 180), *dashes, pen=9)) == "one digit"


def test_a_digit_crossed_by_blank_lines_is_one_digit(test_set: TestSet) -> None:
    """Printed squares that were erased leave gaps in whatever was written over them."""
    whole = pieces = 0
    for image in test_set[0][:40]:
        ink = np.pad(cropped(image, 6), 60)
        ink[80::44] = ink[81::44] = ink[82::44] = ink[83::44] = False
        ink[:, 82::44] = ink[:, 83::44] = ink[:, 84::44] = ink[:, 85::44] = False
        prepared = prepare_image(Image.fromarray(np.where(ink, 0, 255).astype(np.uint8)), "crossed")
        pieces += ndimage.label(ink, np.ones((3, 3)))[1]
        whole += decision(prepared).startswith("one digit")
    assert pieces > 40 * 4
    assert whole >= 30


@pytest.mark.parametrize("tilt", [0, 4])
def test_a_bar_is_not_cut_into_ones(tilt: int) -> None:
    assert decision(page((300, 160), ("line", [(40, 80), (260, 80 + tilt)]), pen=14)) == "one digit"


def test_a_comma_is_left_out() -> None:
    prepared = page((220, 140), *ovals((30, 30), (130, 30)), ("line", [(95, 88), (90, 100)]))
    assert decision(prepared) == "2 digits in a row; 1 small mark left out"


def test_an_underline_is_left_out() -> None:
    prepared = page((260, 160), *ovals((60, 30), (130, 30)), ("line", [(40, 110), (200, 108)]), pen=4)
    assert decision(prepared) == "2 digits in a row; 1 small mark left out"


def test_a_seven_over_a_four_are_two_digits() -> None:
    """The 7's bar reaches over the 4, so that they share columns."""
    seven = ("line", [(30, 30), (108, 28), (60, 110)])
    four = [("line", [(106, 50), (92, 88), (144, 86)]), ("line", [(128, 62), (124, 120)])]
    assert decision(page((190, 150), seven, *four)) == "2 digits in a row"


def test_thirty_two_digits_in_a_row_are_found() -> None:
    corners = [(20 + 40 * n, 20) for n in range(32)]
    assert decision(page((1320, 90), *ovals(*corners, size=(26, 46)), pen=4)) == "32 digits in a row"


def test_single_digits_are_hardly_ever_cut(test_set: TestSet) -> None:
    """The widest of 1,500 test images: at most three of all are cut."""
    wide = [mask for mask in (cropped(image, 2) for image in test_set[0][:1500]) if mask.shape[1] > 0.6 * len(mask)]
    assert len(wide) > 500
    assert sum(digit_parts(mask) is not None for mask in wide) <= 3


def test_pairs_that_touch_are_cut_into_their_digits(test_set: TestSet) -> None:
    """Of pairs that join by a few pixels, seven in ten are cut in two, with nearly all ink on its own side."""
    images = [cropped(image, 2) for image in test_set[0][2000:2120]]
    pairs = [(images[n], images[n + 1]) for n in range(0, 120, 2)]
    right = 0
    for left, other in pairs:
        both = beside(left, other, 3)
        parts = digit_parts(both)
        if parts is not None and len(parts) == 2:
            own = beside(left, np.zeros_like(other), 3), beside(np.zeros_like(left), other, 3)
            right += all((part == digit)[both].mean() > 0.9 for part, digit in zip(parts, own, strict=True))
    assert right >= 0.7 * len(pairs)


def test_a_digit_looks_more_like_one_than_its_half_or_two_of_them(test_set: TestSet) -> None:
    digits = [cropped(image, 2) for image in test_set[0][:60]]
    whole = np.array(look(digits))
    twice = np.array(look([beside(digit, digit, 0) for digit in digits]))
    assert (whole > np.log(0.5)).mean() > 0.9
    assert (twice < np.log(0.5)).mean() > 0.9


@pytest.mark.parametrize("shape", [(1, 1), (2, 300), (300, 2), (500, 500)])
def test_any_piece_of_ink_can_be_judged(shape: tuple[int, int]) -> None:
    parts = digit_parts(np.ones(shape, bool))
    assert parts is None or all(part.shape == shape and part.any() for part in parts)
