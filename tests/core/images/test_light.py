"""Paper and light of pictures whose right answer is known: the same digit on evenly lit paper."""

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageDraw
from scipy import ndimage

from fp16core.images.paper import flattened, smoothed, survey_paper
from fp16core.images.prepare import prepare_image
from fp16core.images.stages import PreparedPicture, StageName
from fp16core.vocabulary import ImageError

Ink = npt.NDArray[np.float64]


def stroke(size: tuple[int, int], points: list[tuple[float, float]], pen: int, soft: float = 1.0) -> Ink:
    """A stroke of ink (1) on paper (0), with soft edges; shape (h, w)."""
    image = Image.new("L", size[::-1], 0)
    ImageDraw.Draw(image).line(points, 255, pen, joint="curve")
    return ndimage.gaussian_filter(np.asarray(image, np.float64) / 255, soft)


def four(size: tuple[int, int], scale: float, pen: int, soft: float = 1.0) -> Ink:
    """An open 4 whose box begins at a tenth of the scale, 0.8 of it high."""
    arms = [(0.2, 0.1), (0.15, 0.55), (0.65, 0.5)], [(0.55, 0.25), (0.5, 0.9)]
    return np.maximum(*(stroke(size, [(x * scale, y * scale) for x, y in arm], pen, soft) for arm in arms))


def picture(levels: Ink, noise: float = 0.0) -> Image.Image:
    grainy = levels + noise * np.random.default_rng(5).standard_normal(levels.shape)
    return Image.fromarray(np.rint(np.clip(grainy, 0, 1) * 255).astype(np.uint8))


def decision(prepared: PreparedPicture, name: StageName) -> str:
    return next(stage.decision for stage in prepared.stages if stage.name is name)


def likeness(image: npt.NDArray[np.uint8], other: npt.NDArray[np.uint8]) -> float:
    """Correlation of two images, the best of shifts by at most one pixel, by which centres may be rounded."""
    shifts = [np.roll(image, (rows, columns), (0, 1)) for rows in (-1, 0, 1) for columns in (-1, 0, 1)]
    return max(float(np.corrcoef(shifted.ravel(), other.ravel())[0, 1]) for shifted in shifts)


def usual_four() -> npt.NDArray[np.uint8]:
    (digit,) = prepare_image(picture(0.9 - 0.7 * four((300, 300), 300, 18)), "usual").digits
    return digit.image


@pytest.mark.parametrize("light_ink", [False, True])
@pytest.mark.parametrize("soft", [0.5, 3.0])
def test_a_crop_that_is_mostly_ink_is_not_blank(light_ink: bool, soft: float) -> None:
    ink = four((90, 75), 90, 17, soft)[5:86, 8:66]
    assert (ink > 0.1).mean() > 0.45
    levels = 0.2 + 0.5 * ink
    prepared = prepare_image(picture(levels if light_ink else 1 - levels, 0.01), "crop")
    assert len(prepared.digits) == 1
    assert likeness(prepared.images[0], usual_four()) > 0.7
    assert decision(prepared, StageName.POLARITY).startswith("kept" if light_ink else "inverted")


@pytest.mark.parametrize("noise", [0.005, 0.02, 0.05])
def test_noise_is_measured_on_the_paper_alone(noise: float) -> None:
    """Soft strokes over a third of the picture add nothing to it, and take nothing away."""
    ink = four((200, 200), 200, 30, 4.0)
    levels = np.asarray(0.8 - 0.6 * ink + noise * np.random.default_rng(1).standard_normal(ink.shape), np.float32)
    flat = 1 - flattened(levels, survey_paper(levels))
    _, left = smoothed(flat)
    spread = 200 / 150
    after_smoothing = noise / 0.8 / (2 * spread * np.pi**0.5) if noise / 0.8 >= 0.01 else noise / 0.8
    assert left == pytest.approx(after_smoothing, rel=0.35)


def shadow(shape: tuple[int, int], depth: float, soft: float) -> Ink:
    """Light whose lower right part is shaded, with a slanting edge across the middle."""
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    along = (rows + 0.5 * columns - 0.75 * shape[0]) / soft
    return np.asarray(1 - depth / (1 + np.exp(-np.clip(along, -50, 50))))


@pytest.mark.parametrize("soft", [0.7, 4.0, 12.0])
@pytest.mark.parametrize("pen", [5, 18])
def test_a_shadow_with_an_edge_through_the_digit_does_not_matter(soft: float, pen: int) -> None:
    ink = four((300, 300), 300, pen)
    prepared = prepare_image(picture((0.9 - 0.6 * ink) * shadow(ink.shape, 0.5, soft), 0.005), "shaded")
    assert decision(prepared, StageName.POLARITY).startswith("inverted (dark ink")
    assert len(prepared.digits) == 1
    assert likeness(prepared.images[0], usual_four()) > 0.8


def test_small_digits_on_a_page_half_in_shadow_are_dark_ink() -> None:
    page = np.zeros((400, 360))
    for column in (60, 140, 220):
        page[150:240, column : column + 70] = four((90, 70), 90, 3, 0.7)
    prepared = prepare_image(picture((0.85 - 0.5 * page) * shadow(page.shape, 0.45, 6.0), 0.006), "page")
    assert decision(prepared, StageName.POLARITY).startswith("inverted (dark ink")
    assert len(prepared.digits) == 3


def test_a_dim_picture_is_smoothed_before_its_contrast_is_judged() -> None:
    """Light ink 5 % of white above black paper, with grain of a third of that."""
    prepared = prepare_image(picture(0.15 + 0.05 * four((300, 300), 300, 18), 0.016), "dim")
    assert decision(prepared, StageName.POLARITY).startswith("kept (light ink")
    assert likeness(prepared.images[0], usual_four()) > 0.8


def test_a_digit_that_is_small_in_its_picture_is_read_and_grain_alone_is_not() -> None:
    small = four((40, 40), 38, 3, soft=0.6)
    assert (small > 0.5).sum() < 480 * 640 / 1000
    sheet = np.full((480, 640), 0.9)
    sheet[30:70, 560:600] -= 0.7 * small
    found = prepare_image(picture(sheet, noise=0.01), "corner")
    large = prepare_image(picture(0.9 - 0.7 * four((200, 200), 190, 15)), "page")
    assert likeness(found.digits[0].image, large.digits[0].image) > 0.85
    assert len(found.digits) == 1
    with pytest.raises(ImageError, match="no ink stands out"):
        prepare_image(picture(np.full((480, 640), 0.9), noise=0.05), "grain")
