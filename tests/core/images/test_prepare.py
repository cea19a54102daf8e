"""Each stage on generated pictures whose right answer is known."""

import re
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageChops, ImageDraw
from scipy import ndimage

from fp16core.images import mnist_format
from fp16core.images.prepare import MAX_DIGITS, prepare_image, prepare_test_image
from fp16core.images.stages import INFO, OPTIONAL, PreparedPicture, StageName
from fp16core.vocabulary import ImageError
from tests.helpers.places import TestSet


def sheet(ink: int = 20, paper: int = 230, size: tuple[int, int] = (240, 240)) -> Image.Image:
    """A picture of a 7 with a thin foot, off-centre."""
    image = Image.new("L", size, paper)
    ImageDraw.Draw(image).line([(50, 60), (120, 60), (80, 160), (110, 160)], ink, 14, joint="curve")
    return image


def decision(prepared: PreparedPicture, name: StageName) -> str:
    stages = [*prepared.stages, *prepared.digits[0].stages]
    return next(stage.decision for stage in stages if stage.name is name)


def image_of(picture: Image.Image, *off: StageName) -> npt.NDArray[np.uint8]:
    (digit,) = prepare_image(picture, "picture", off).digits
    return digit.image


def test_mnist_passes_through_untouched(test_set: TestSet) -> None:
    for image in test_set[0][:1000]:
        assert mnist_format.looks_like_mnist(image)
        assert np.array_equal(image_of(Image.fromarray(image)), image)


@pytest.mark.parametrize(
    "altered", [lambda a: 255 - a, lambda a: np.roll(a, 4, axis=1), lambda a: a // 4, lambda a: np.zeros_like(a)]
)
def test_what_is_inverted_shifted_pale_or_blank_does_not_pass_for_mnist(altered: Any, test_set: TestSet) -> None:
    assert not any(mnist_format.looks_like_mnist(altered(image)) for image in test_set[0][:100])


def test_a_digit_fills_a_box_of_twenty_pixels_centred_by_mass() -> None:
    image = image_of(sheet())
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20
    assert np.abs(np.array(ndimage.center_of_mass(image)) - 14).max() <= 0.5


def test_the_place_on_the_paper_does_not_matter() -> None:
    assert np.array_equal(image_of(sheet()), image_of(sheet(size=(400, 300))))


def test_polarity_is_found_and_does_not_matter() -> None:
    dark, light = (prepare_image(sheet(*tones), "picture") for tones in ((20, 230), (230, 20)))
    assert decision(dark, StageName.POLARITY).startswith("inverted (dark ink")
    assert decision(light, StageName.POLARITY).startswith("kept (light ink")
    difference = dark.images.astype(int) - light.images
    assert np.abs(difference).mean() < 2


def test_light_from_one_side_does_not_matter() -> None:
    even = np.asarray(sheet(), np.float32)
    lit = Image.fromarray((even * np.linspace(1, 0.15, 240)).astype(np.uint8))
    assert np.abs(image_of(lit).astype(int) - image_of(sheet())).mean() < 2
    assert decision(prepare_image(lit, "lit"), StageName.SPECKS) == "nothing to drop"
    taken = decision(prepare_image(lit, "lit", [StageName.LIGHT]), StageName.SPECKS)
    assert taken == "dropped 1 mark along the picture's edge", "without the stage the shadow is taken for ink"


@pytest.mark.parametrize(("horizontal", "vertical"), [(6, 0), (0, 5), (7, 6)])
def test_printed_lines_are_counted_and_removed(horizontal: int, vertical: int) -> None:
    paper = Image.new("L", (240, 240), 230)
    pen = ImageDraw.Draw(paper)
    for number in range(horizontal):
        place = 240 * (number + 0.7) / horizontal
        pen.line([(0, place), (240, place + 6)], 110, 2)
    for number in range(vertical):
        place = 240 * (number + 0.7) / vertical
        pen.line([(place, 0), (place + 6, 240)], 110, 2)
    prepared = prepare_image(ImageChops.darker(paper, sheet()), "picture")
    words = decision(prepared, StageName.LINES)
    assert [int(n) for n in re.findall(r"\d+", words)] == [n for n in (horizontal, vertical) if n]
    assert difference(prepared.images[0], image_of(sheet())) < 4


def test_a_long_stroke_is_no_printed_line() -> None:
    one = Image.new("L", (100, 240), 240)
    ImageDraw.Draw(one).line([(50, 0), (52, 240)], 20, 12)
    assert decision(prepare_image(one, "one"), StageName.LINES).startswith("no printed lines")


def test_specks_edges_and_frames_are_dropped() -> None:
    dirty = sheet()
    pen = ImageDraw.Draw(dirty)
    for place in ((10, 200), (200, 20), (200, 200)):
        pen.ellipse([place, (place[0] + 3, place[1] + 3)], 20)
    prepared = prepare_image(dirty, "picture")
    assert decision(prepared, StageName.SPECKS) == "dropped 3 specks"
    assert np.array_equal(prepared.images[0], image_of(sheet()))
    framed = sheet()
    ImageDraw.Draw(framed).rectangle([(20, 20), (220, 220)], outline=20, width=3)
    assert decision(prepare_image(framed, "picture"), StageName.SPECKS) == "dropped a frame around the ink"


def difference(image: npt.NDArray[np.uint8], other: npt.NDArray[np.uint8]) -> float:
    """Mean difference; a pixel of ink may tip the rounding of the centre, so a shift by one pixel does not count."""
    shifts = [(rows, columns) for rows in (-1, 0, 1) for columns in (-1, 0, 1)]
    return min(float(np.abs(np.roll(image, shift, (0, 1)).astype(int) - other).mean()) for shift in shifts)


def bars(*boxes: tuple[int, int, int, int]) -> Image.Image:
    """Black bars on white paper of 400 × 300 pixels."""
    image = Image.new("L", (400, 300), 255)
    for box in boxes:
        ImageDraw.Draw(image).rectangle(box, 0)
    return image


def test_a_row_is_split_and_a_broken_digit_is_not() -> None:
    row = prepare_image(bars(*[(30 + 75 * n, 100, 45 + 75 * n, 200) for n in range(5)]), "row")
    assert decision(row, StageName.DIGITS) == "5 digits in a row"
    assert (
        len(
            prepare_image(
                bars(*[(30 + 75 * n, 100, 45 + 75 * n, 200) for n in range(5)]), "row", [StageName.DIGITS]
            ).digits
        )
        == 1
    )
    broken = bars((100, 40, 200, 55), (110, 80, 130, 150), (110, 130, 200, 150))
    assert decision(prepare_image(broken, "five"), StageName.DIGITS) == "one digit"
    stacked = bars((100, 40, 200, 130), (100, 160, 200, 250))
    assert decision(prepare_image(stacked, "eight"), StageName.DIGITS) == "one digit"


def test_two_rows_are_read_from_top_to_bottom() -> None:
    """Bars of different widths: 10, 20 above 30, 40."""
    two = bars((50, 40, 60, 120), (150, 40, 170, 120), (40, 180, 70, 260), (150, 180, 190, 260))
    prepared = prepare_image(two, "two", [StageName.STROKE])
    assert decision(prepared, StageName.DIGITS) == "4 digits in 2 rows"
    widths = [int(digit.image.any(axis=0).sum()) for digit in prepared.digits]
    assert widths == sorted(widths)
    assert len(set(widths)) == 4


def test_marks_much_lower_than_the_rest_are_left_out() -> None:
    with_dot = bars((100, 100, 130, 200), (200, 180, 220, 200))
    assert decision(prepare_image(with_dot, "dot"), StageName.DIGITS) == "one digit; 1 small mark left out"


@pytest.mark.parametrize("side", [200, 400, 512])
def test_hairlines_survive(side: int) -> None:
    """A pencil of one pixel, as in drawing programs."""
    pencil = Image.new("L", (side, side), 255)
    points = [(0.3, 0.2), (0.7, 0.2), (0.45, 0.8)]
    ImageDraw.Draw(pencil).line([(x * side, y * side) for x, y in points], 0, 1)
    prepared = prepare_image(pencil, "seven")
    assert decision(prepared, StageName.STROKE).startswith("widened from")
    thick = Image.new("L", (side, side), 255)
    width = round(side * 0.6 * 2.2 / 20)
    ImageDraw.Draw(thick).line([(x * side, y * side) for x, y in points], 0, width, joint="curve")
    assert difference(prepared.images[0], image_of(thick)) < 12


@pytest.mark.slow
def test_any_stages_may_be_left_out_together() -> None:
    """Forty random subsets on each of six pictures raise nothing but the named error."""
    random = np.random.default_rng(0)
    ruler = np.full((240, 240), 240, np.uint8)
    ruler[::60] = ruler[1::60] = 40
    for row in range(0, 240, 60):
        ruler[max(0, row - 9) : row + 10, ::8] = 40
    noise = np.clip(180 + random.normal(0, 30, (80, 100)), 0, 255).astype(np.uint8)
    stripes = bars((0, 100, 399, 110), (0, 180, 399, 190))
    pictures = [
        sheet(),
        sheet(230, 20),
        Image.fromarray(ruler),
        Image.fromarray(noise),
        stripes,
        bars((0, 0, 399, 299)),
    ]
    read = 0
    for picture in pictures:
        for _ in range(40):
            off = [name for name in OPTIONAL if random.random() < 0.4]
            try:
                read += prepare_image(picture, "any", off).images.shape[1:] == (28, 28)
            except ImageError:
                continue
    assert read > 100


@pytest.mark.parametrize("width", [3, 6, 9, 18, 30])
def test_stroke_width_is_that_of_the_pen(width: int) -> None:
    """A straight stroke of 120 fine pixels: its width as a share of 20."""
    ink = np.zeros((120, 40), np.float32)
    ink[:, 5 : 5 + width] = 1
    assert mnist_format.stroke_width_px(ink) == pytest.approx(width * 20 / 120, abs=0.2)


@pytest.mark.parametrize(("pen", "verb"), [(3, "widened"), (44, "thinned")])
def test_unusual_strokes_become_usual(pen: int, verb: str) -> None:
    image = Image.new("L", (240, 240), 255)
    ImageDraw.Draw(image).line([(60, 40), (180, 40), (110, 200)], 0, pen, joint="curve")
    prepared = prepare_image(image, "picture")
    words = decision(prepared, StageName.STROKE)
    assert re.fullmatch(rf"{verb} from \d+\.\d to 2\.2 px, MNIST's usual width", words)
    # Measured independently: ink per length of the two strokes, in a box that they and the pen's width fill.
    length_px = (120 + np.hypot(70, 160)) * 20 / (160 + 18)
    assert prepared.images[0].sum() / 255 / length_px == pytest.approx(2.2, abs=0.6)


@pytest.mark.slow
def test_the_constants_are_those_of_the_training_images(train_set: TestSet) -> None:
    """Strokes of 3,000 random training images, as their order in the set is not random."""
    widths = []
    for image in np.random.default_rng(0).choice(train_set[0], 3000, replace=False):
        rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
        crop = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float32) / 255
        widths.append(mnist_format.stroke_width_px(mnist_format.trimmed(mnist_format.fine_ink(crop, 0.5))))
    low, middle, high = np.percentile(widths, [2.5, 50, 97.5])
    assert [*mnist_format.STROKE_RANGE_PX, mnist_format.STROKE_USUAL_PX] == pytest.approx([low, high, middle], abs=0.1)


@pytest.mark.parametrize("level", [0, 128, 255])
def test_one_colour_has_no_ink(level: int) -> None:
    with pytest.raises(ImageError, match=r"^page: no ink stands out from the paper; it is blank"):
        prepare_image(Image.new("L", (300, 200), level), "page")


def test_noise_shade_and_squares_are_no_ink() -> None:
    random = np.random.default_rng(0)
    noise = 180 + random.normal(0, 20, (300, 300))
    shade = np.tile(np.linspace(220, 90, 300), (300, 1))
    squares = np.full((300, 300), 230.0)
    squares[::30] = squares[:, ::30] = squares[1::30] = squares[:, 1::30] = 120
    for empty in (noise, shade, squares, shade + noise - 180):
        with pytest.raises(ImageError, match="no ink stands out"):
            prepare_image(Image.fromarray(np.clip(empty, 0, 255).astype(np.uint8)), "page")


def test_a_lone_margin_is_no_digit() -> None:
    margin = sheet()
    ImageDraw.Draw(margin).line([(200, 0), (206, 239)], 60, 2)
    prepared = prepare_image(margin, "picture")
    assert decision(prepared, StageName.LINES) == "removed 1 vertical line"
    assert difference(prepared.images[0], image_of(sheet())) < 2
    assert decision(prepare_image(margin, "picture", [StageName.LINES]), StageName.SPECKS) == (
        "dropped 1 line across the picture"
    )


def test_too_many_marks_are_refused() -> None:
    fence = Image.new("L", (500, 60), 255)
    for number in range(MAX_DIGITS + 4):
        ImageDraw.Draw(fence).line([(10 + 13 * number, 10), (10 + 13 * number, 50)], 0, 4)
    with pytest.raises(ImageError, match=f"fence: {MAX_DIGITS + 4} separate marks look like digits; at most 32"):
        prepare_image(fence, "fence")


@pytest.mark.parametrize("name", OPTIONAL)
def test_every_stage_can_be_left_out_and_says_so(name: StageName) -> None:
    prepared = prepare_image(sheet(), "picture", [name], thumbnails=True)
    stages = {stage.name: stage for stage in [*prepared.stages, *prepared.digits[0].stages]}
    if name in stages:  # a drawing needs no decoding
        assert not stages[name].is_on
        assert stages[name].picture is None
    assert all(stage.picture is not None for stage in stages.values() if stage.is_on)
    assert prepared.images.shape[1:] == (28, 28)


def test_what_the_left_out_stages_are_good_for() -> None:
    """Without a stage, the flaw that it corrects remains."""
    whole = image_of(sheet())
    paper = image_of(sheet(), StageName.POLARITY, StageName.DIGITS)
    assert paper.mean() > 80 > whole.mean(), "paper is taken for ink"
    assert (image_of(sheet(), StageName.SCALE).any(axis=1)).sum() == 28, "no margin is left"
    assert np.flatnonzero(image_of(sheet(), StageName.CROP).any(axis=1)).size < 14, "the digit stays small"
    by_box = image_of(sheet(), StageName.CENTRE)
    rows = np.flatnonzero(by_box.any(axis=1))
    assert (rows[0], 27 - rows[-1]) == (4, 4), "the box is centred, not the mass"


def test_every_stage_has_a_name_and_a_reason_for_the_page() -> None:
    assert set(INFO) == set(StageName)
    assert StageName.GREY not in OPTIONAL


def test_a_test_image_goes_to_the_models_as_it_is(test_set: TestSet) -> None:
    prepared = prepare_test_image(test_set[0][3], "Test image 3")
    assert np.array_equal(prepared.images[0], test_set[0][3])
    assert len(prepared.stages) == 1
