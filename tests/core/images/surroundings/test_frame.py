"""Borders, plates and axes around a picture are removed; strokes are not."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from fp16core.data.mnist import BUNDLED, load_mnist
from fp16core.images.surroundings.frame import inside_frame

INK, PAPER = 20, 240


def digit_paper(width: int = 200, height: int = 160, paper: int = PAPER, ink: int = INK) -> Image.Image:
    """A seven with bent strokes, far from the edges."""
    picture = Image.new("L", (width, height), paper)
    ImageDraw.Draw(picture).line([(70, 40), (120, 44), (96, 120)], fill=ink, width=9, joint="curve")
    return picture


def framed(inner: Image.Image, margin: int, colour: int) -> Image.Image:
    outer = Image.new(inner.mode, (inner.width + 2 * margin, inner.height + 2 * margin), colour)
    outer.paste(inner, (margin, margin))
    return outer


def same(one: Image.Image, other: Image.Image) -> bool:
    return one.size == other.size and np.array_equal(np.asarray(one), np.asarray(other))


@pytest.mark.parametrize("margin", [1, 3, 40])
def test_a_border_is_removed_to_the_pixel(margin: int) -> None:
    inner = digit_paper()
    cropped, words = inside_frame(framed(inner, margin, 0))
    assert same(cropped, inner)
    assert words == "cropped to the 200 × 160 pixels inside a border"


def test_the_dark_plate_of_a_light_digit_is_what_is_left_of_a_figure() -> None:
    plate = digit_paper(paper=30, ink=220)
    figure = framed(plate, 60, 255)
    ImageDraw.Draw(figure).text((140, 240), "5   10   15", 0)  # below the plate, as the ticks of axes are
    assert same(inside_frame(figure)[0], plate)


def test_a_line_around_the_digit_goes_with_the_paper_beyond_it() -> None:
    inner = digit_paper()
    assert same(inside_frame(framed(framed(inner, 4, 0), 50, PAPER))[0], inner)


def test_colours_of_equal_lightness_are_told_apart() -> None:
    inner = Image.merge("RGB", [digit_paper(), digit_paper(ink=60), digit_paper(ink=90)])
    border = Image.new("RGB", (240, 200), (255, 205, 250))
    border.paste(inner, (20, 20))
    assert abs(int(np.asarray(border.convert("L"))[0, 0]) - PAPER) < 24
    assert same(inside_frame(border)[0], inner)


def test_an_edge_that_fades_and_jpegs_ripples_are_cut_off_too() -> None:
    plate = framed(digit_paper(paper=30, ink=220), 60, 255)
    smaller = plate.resize((233, 204), Image.Resampling.BICUBIC)
    cropped = np.asarray(inside_frame(smaller)[0])
    ring = np.concatenate([cropped[0], cropped[-1], cropped[:, 0], cropped[:, -1]])
    assert ring.max() < 60, "nothing of the white margin is left"
    assert abs(cropped.shape[1] - 200 * 233 / 320) < 5


@pytest.mark.parametrize(
    "picture",
    [
        digit_paper(),
        framed(Image.new("L", (20, 150), INK), 60, PAPER),  # a 1, a single straight stroke
        framed(framed(Image.new("L", (60, 120), PAPER), 14, INK), 50, PAPER),  # a square 0
        Image.fromarray(np.random.default_rng(0).integers(0, 255, (90, 120), dtype=np.uint8)),
        Image.new("L", (100, 100), PAPER),
        Image.new("L", (1, 1), PAPER),
    ],
    ids=["digit", "straight one", "square zero", "noise", "empty", "one pixel"],
)
def test_a_picture_without_a_frame_is_left_alone(picture: Image.Image) -> None:
    cropped, words = inside_frame(picture)
    assert same(cropped, picture)
    assert words == "nothing around the picture"


def test_the_eight_of_seven_segments_is_no_frame_around_a_bar() -> None:
    eight = Image.new("L", (70, 130), INK)
    draw = ImageDraw.Draw(eight)
    draw.rectangle((12, 12, 57, 57), fill=PAPER)
    draw.rectangle((12, 72, 57, 117), fill=PAPER)
    picture = framed(eight, 40, PAPER)
    assert same(inside_frame(picture)[0], picture)


def test_lines_between_the_boxes_of_a_form_are_painted_over() -> None:
    digit = digit_paper(86, 90, ink=150)
    form = Image.new("L", (3 * 90 + 4, 98), INK)
    for place in range(3):
        form.paste(digit, (4 + 90 * place, 4))
    cropped, words = inside_frame(framed(form, 30, PAPER))
    assert words == "what surrounds 3 boxes painted over"
    expected = Image.new("L", (2 * 90 + 86, 90), PAPER)
    for place in range(3):
        expected.paste(digit, (90 * place, 0))
    assert same(cropped, expected)


def test_empty_boxes_are_no_frames() -> None:
    zeros = Image.new("L", (220, 160), PAPER)
    for left in (30, 120):
        ImageDraw.Draw(zeros).rectangle((left, 30, left + 60, 130), outline=INK, width=12)
    assert same(inside_frame(zeros)[0], zeros)


def test_no_digit_of_mnist_has_a_frame() -> None:
    images, _ = load_mnist("test", BUNDLED)
    for image in images[::20]:
        large = Image.fromarray(255 - image).resize((140, 140), Image.Resampling.NEAREST)
        assert same(inside_frame(large)[0], large)
