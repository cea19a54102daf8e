"""The sheet, plate or box that a photographed digit stands on is found; digits, shadows and lamps are none."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageDraw
from scipy import ndimage

from fp16core.images.surroundings.frame import inside_frame
from fp16core.images.surroundings.sheet import find_sheet, on_sheet

Levels = npt.NDArray[np.float32]

SIZE = 320, 260
SLOPES = np.linspace(0.8, 1, SIZE[0], dtype=np.float32)[None, :]
"""Light that falls off to the left."""


def scene(draw: Callable[[ImageDraw.ImageDraw], object], around: int, degrees: float = 0) -> Levels:
    """A drawing on a ground of one tone, turned, under light from one side, with noise; as grey levels."""
    picture = Image.new("L", SIZE, around)
    draw(ImageDraw.Draw(picture))
    turned = picture.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=around)
    lit = np.asarray(turned, np.float32) / 255 * SLOPES
    noise = np.random.default_rng(0).normal(0, 0.01, lit.shape)
    return np.clip(ndimage.gaussian_filter(lit, 1) + noise, 0, 1).astype(np.float32)


def seven(draw: ImageDraw.ImageDraw, ink: int) -> None:
    draw.line([(125, 90), (185, 95), (150, 175)], fill=ink, width=9, joint="curve")


def sheet_of_paper(draw: ImageDraw.ImageDraw) -> None:
    draw.rectangle((70, 50, 250, 210), fill=240)
    seven(draw, 40)


def dark_plate(draw: ImageDraw.ImageDraw) -> None:
    draw.rounded_rectangle((70, 50, 250, 210), 40, fill=35)
    seven(draw, 230)


def drawn_box(draw: ImageDraw.ImageDraw) -> None:
    draw.rectangle((70, 50, 250, 210), outline=40, width=7)
    seven(draw, 40)


def circle(draw: ImageDraw.ImageDraw) -> None:
    draw.ellipse((70, 45, 240, 215), outline=40, width=7)
    seven(draw, 40)


def oval_plate(draw: ImageDraw.ImageDraw) -> None:
    draw.ellipse((70, 45, 250, 215), fill=240)
    seven(draw, 40)


SHEETS = {
    "paper on a table": (sheet_of_paper, 110, 0),
    "tilted paper": (sheet_of_paper, 110, 8),
    "dark plate on a wall": (dark_plate, 150, 0),
    "oval plate": (oval_plate, 110, 0),
    "box": (drawn_box, 230, 0),
    "circle": (circle, 230, 0),
}


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_is_found_and_all_of_the_digit_is_on_it(name: str) -> None:
    draw, around, degrees = SHEETS[name]
    levels = scene(draw, around, degrees)
    sheet = find_sheet(levels)
    assert sheet is not None
    cropped = on_sheet(np.rint(levels * 255).astype(np.uint8), sheet)
    assert 140 < cropped.shape[0] < 200
    assert 140 < cropped.shape[1] < 215
    ring = np.concatenate([cropped[0], cropped[-1], cropped[:, 0], cropped[:, -1]])
    assert np.ptp(ring) < 75, "only the sheet's tone is left at the edge"
    # 9 × (60 + 87) pixels of ink, within a pixel of their edge.
    middle = (int(cropped.max()) + int(cropped.min())) / 2
    ink = min((cropped < middle).sum(), (cropped > middle).sum())
    assert 0.8 < ink / (9 * 147) < 1.2


def thick_zero(draw: ImageDraw.ImageDraw) -> None:
    draw.ellipse((90, 40, 230, 220), fill=30)
    draw.ellipse((140, 90, 180, 170), fill=230)


def thin_zero(draw: ImageDraw.ImageDraw) -> None:
    draw.ellipse((90, 40, 230, 220), outline=30, width=10)


def straight_one(draw: ImageDraw.ImageDraw) -> None:
    draw.rectangle((130, 30, 180, 230), fill=30)


def eight(draw: ImageDraw.ImageDraw) -> None:
    draw.ellipse((110, 30, 210, 130), outline=30, width=14)
    draw.ellipse((100, 118, 220, 230), outline=30, width=14)


def empty_sheet(draw: ImageDraw.ImageDraw) -> None:
    draw.rectangle((70, 50, 250, 210), fill=240)
    draw.ellipse((150, 120, 156, 126), fill=40)  # a speck


@pytest.mark.parametrize("draw", [thick_zero, thin_zero, straight_one, eight, empty_sheet])
def test_a_digit_and_an_empty_sheet_are_left_as_they_are(draw: Callable[[ImageDraw.ImageDraw], object]) -> None:
    assert find_sheet(scene(draw, 230)) is None


def test_the_light_of_a_lamp_is_no_sheet() -> None:
    rows, columns = np.mgrid[-1:1:260j, -1:1:320j]
    lamp = 0.3 + 0.6 / (1 + (np.maximum(np.abs(rows), np.abs(columns)) / 0.6) ** 6)
    levels = lamp.astype(np.float32)
    levels[90:170, 150:160] *= 0.3
    assert find_sheet(levels) is None


def test_a_plate_that_the_picture_cuts_is_found() -> None:
    levels = scene(oval_plate, 110)[:, 85:235]
    sheet = find_sheet(levels)
    assert sheet is not None
    assert on_sheet(np.rint(levels * 255).astype(np.uint8), sheet).shape[1] > 140


def test_half_a_page_in_shadow_is_no_sheet() -> None:
    levels = scene(lambda draw: seven(draw, 40), 230)
    levels[:, 190:] *= 0.5
    assert find_sheet(levels) is None


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "LA", "F"])
def test_pictures_of_all_modes_are_cropped(mode: str) -> None:
    levels = np.rint(scene(sheet_of_paper, 110) * 255)
    plain = Image.fromarray(levels.astype(np.float32)) if mode == "F" else Image.fromarray(np.uint8(levels))
    cropped, words = inside_frame(plain if mode in ("L", "F") else plain.convert(mode))
    assert words == f"cropped to a sheet or plate, {cropped.width} × {cropped.height} pixels"
    assert cropped.width < 190


@pytest.mark.parametrize("shape", [(1, 1), (3, 200), (28, 28), (40, 40)])
def test_small_and_narrow_pictures_have_none(shape: tuple[int, int]) -> None:
    assert find_sheet(np.random.default_rng(1).random(shape, dtype=np.float32)) is None
