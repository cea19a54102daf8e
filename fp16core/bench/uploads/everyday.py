"""MNIST test digits in everyday pictures of one digit: twelve kinds that people upload, seeded.

The kinds are those of sample pictures in public projects on MNIST: photographs of paper and
blackboards, cropped forms, drawings from a paint program.
"""

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw
from scipy import ndimage
from skimage.morphology import skeletonize

from fp16core.bench.uploads import ink
from fp16core.bench.uploads.ink import Floats, Random
from fp16core.bench.uploads.renderings import Rendering, in_turns

Image28 = npt.NDArray[np.uint8]

_SEED = 20_000
"""Added to the seed, so that these digits and their pictures owe nothing to other renderings."""


def everyday_pictures(images: npt.NDArray[np.uint8], count: int, seed: int = 0) -> Iterator[Rendering]:
    """Render ``count`` images, drawn without repetition, with the kinds taking turns.

    Parameters
    ----------
    images : uint8, shape (n, 28, 28)
        MNIST images; n at least ``count``.
    count
        Number of files to make.
    seed
        Seed of everything random.
    """
    yield from in_turns(_KINDS, images, count, np.random.default_rng(_SEED + seed))


def _written(image: Image28, random: Random) -> Floats:
    """The digit as a pen writes it, 50 to 250 pixels high."""
    height_px = float(np.exp(random.uniform(np.log(50), np.log(250))))
    return ink.drawn(image, height_px, random.uniform(0.05, 0.14))


def _framed(strokes: Floats, random: Random, least: float, most: float) -> Floats:
    """Strokes on a sheet with margins of ``least`` to ``most`` of their height."""
    return ink.on_sheet(strokes, random.uniform(least, most, 4) * strokes.shape[0])


def _tight_crop(image: Image28, random: Random) -> bytes:
    return ink.photographed(_framed(_written(image, random), random, 0, 0.03), random)


def _pale_parts(image: Image28, random: Random) -> bytes:
    """A pen that fails in places, or is pressed less."""
    sheet = _framed(_written(image, random), random, 0.15, 0.7)
    pressure = ink.blotches(sheet.shape, min(sheet.shape) * random.uniform(0.25, 0.5), random)
    palest = random.uniform(0.35, 0.6)
    return ink.photographed(sheet * np.clip(0.8 + 0.4 * pressure, palest, 1), random)


def _edge_of_shadow(image: Image28, random: Random) -> bytes:
    sheet = _framed(_written(image, random), random, 0.2, 0.8)
    return ink.photographed(sheet, random, ink.half_shaded(sheet.shape, random))


def _dim(image: Image28, random: Random) -> bytes:
    sheet = _framed(_written(image, random), random, 0.15, 0.7)
    return ink.photographed(sheet, random, exposure=(0.14, 0.3), noise=(0.004, 0.012))


def _at_the_edge(image: Image28, random: Random) -> bytes:
    """A digit that the edge of the picture touches or cuts."""
    strokes = _written(image, random)
    margins = random.uniform(0.15, 0.6, 4) * strokes.shape[0]
    cut = random.choice(4, size=int(random.integers(1, 3)), replace=False)
    margins[cut] = -random.uniform(0, 0.03, len(cut)) * strokes.shape[0]
    return ink.photographed(ink.on_sheet(strokes, margins), random)


def _strokes_apart(image: Image28, random: Random) -> bytes:
    """One or two gaps where the pen left the paper."""
    strokes = _written(image, random)
    path = np.argwhere(skeletonize(strokes > 0.5))
    rows, columns = np.ogrid[: strokes.shape[0], : strokes.shape[1]]
    for _ in range(random.integers(1, 3)):
        row, column = path[random.integers(len(path))]
        reach = 0.12 * strokes.shape[0]
        near = path[np.abs(path - (row, column)).max(axis=1) <= reach] - (row, column)
        along = np.linalg.eigh(near.T @ near)[1][:, -1]  # direction of the stroke
        gap = random.uniform(0.03, 0.1) * strokes.shape[0]
        away = np.abs((rows - row) * along[0] + (columns - column) * along[1])
        nearby = np.hypot(rows - row, columns - column) < reach
        strokes = np.where(nearby & (away < gap / 2), np.float32(0), strokes)
    return ink.photographed(_framed(strokes, random, 0.15, 0.7), random)


def _chalk(image: Image28, random: Random) -> bytes:
    height_px = random.uniform(90, 260)
    strokes = ink.drawn(image, height_px, random.uniform(0.06, 0.14))
    sheet = _framed(strokes, random, 0.15, 0.8)
    crumbs = ink.blotches(sheet.shape, 1.5, random) + 0.5 * ink.blotches(sheet.shape, 4, random)
    chalk = sheet * np.clip(0.75 + 0.3 * crumbs, 0, 1)
    dust = 0.12 * ndimage.gaussian_filter(sheet, 0.04 * height_px)
    board = np.array(random.choice([[0.13, 0.24, 0.18], [0.12, 0.12, 0.13], [0.2, 0.24, 0.23]]), np.float32)
    wiped = 1 + 0.12 * ink.blotches(sheet.shape, 0.4 * height_px, random)
    cover = np.clip(ndimage.gaussian_filter(chalk, random.uniform(0.4, 1)) + dust, 0, 1)[..., None]
    scene = (board * wiped[..., None]) * (1 - cover) + random.uniform(0.75, 0.95) * cover
    lit = scene * ink.evenly_lit(sheet.shape, random)[..., None]
    grain = random.uniform(0.005, 0.02) * random.standard_normal(sheet.shape, dtype=np.float32)
    return ink.file(lit + grain[..., None], "JPEG", quality=int(random.integers(70, 93)))


def _on_a_plate(image: Image28, random: Random) -> bytes:
    """A digit on a plate or a slip of paper that lies on something of another tone."""
    sheet = _framed(_written(image, random), random, 0.2, 0.5)
    width_px = 0.25 * sheet.shape[1]
    sheet = ink.on_sheet(sheet, random.uniform(0.1, 0.5, 4) * width_px)
    inset = random.uniform(0.03, 0.1, 4) * np.repeat(sheet.shape, 2)
    plate = Image.new("L", sheet.shape[::-1])
    corners = (inset[2], inset[0], sheet.shape[1] - inset[3], sheet.shape[0] - inset[1])
    ImageDraw.Draw(plate).rounded_rectangle(corners, random.uniform(0, 0.25) * min(sheet.shape), 255)
    inside = np.asarray(plate, np.float32) / np.float32(255)
    around = np.float32(random.uniform(0.2, 0.7))
    if random.random() < 0.3:  # light paint on a dark plate, on a lighter wall
        level = (0.1 + 0.9 * around) * (1 - inside) + inside * (0.12 + 0.8 * sheet)
        return ink.photographed(np.zeros_like(sheet), random, paper=level)
    return ink.photographed(sheet * inside, random, paper=around + (1 - around) * inside)


def _in_a_frame(image: Image28, random: Random) -> bytes:
    """A thick line around the digit, drawn or printed."""
    strokes = _written(image, random)
    height_px = strokes.shape[0]
    sheet = _framed(strokes, random, 0.15, 0.4)
    thickness = max(1, round(random.uniform(0.03, 0.1) * height_px))
    frame = np.ones((sheet.shape[0] + 2 * thickness, sheet.shape[1] + 2 * thickness), np.float32)
    frame[thickness:-thickness, thickness:-thickness] = sheet
    outside = 0.0 if random.random() < 0.3 else 0.3
    return ink.photographed(_framed(frame, random, 0, outside), random)


def _form_box(image: Image28, random: Random) -> bytes:
    """A printed box for one digit, with or without its neighbours; some digits reach over its lines."""
    strokes = _written(image, random)
    height_px = strokes.shape[0]
    sheet = ink.on_sheet(strokes, random.uniform(-0.03, 0.3, 4) * height_px + 0.06 * height_px)
    outside = random.uniform(0.08, 0.4) * height_px
    sheet = ink.on_sheet(sheet, [outside] * 4)
    thickness = max(1.0, random.uniform(0.01, 0.025) * height_px)
    grid = Image.new("L", sheet.shape[::-1])
    draw, low, high = ImageDraw.Draw(grid), outside, np.array(sheet.shape) - outside
    neighbours = random.random() < 0.5
    across = (0, sheet.shape[1]) if neighbours else (low, high[1])
    for along in (low, high[0]):
        draw.line((across[0], along, across[1], along), 255, round(thickness))
    for column in (low, high[1]):
        draw.line((column, low, column, high[0]), 255, round(thickness))
    lines = np.asarray(grid, np.float32) / 255 * np.float32(random.uniform(0.35, 1))
    return ink.photographed(np.maximum(sheet, lines), random)


def _paint(image: Image28, random: Random, thinnest: float, thickest: float) -> bytes:
    """Drawing from a paint program, with or without smooth edges."""
    strokes = ink.drawn(image, random.uniform(60, 300), random.uniform(thinnest, thickest))
    sheet = _framed(strokes, random, 0.1, 0.8)
    if random.random() < 0.5:
        sheet = (sheet > 0.5).astype(np.float32)
    inks = np.array([[0, 0, 0], [0, 0, 0], [0, 0, 0], [0.93, 0.11, 0.14], [0, 0.64, 0.91]], np.float32)
    papers = np.ones((5, 3), np.float32)
    if random.random() < 0.2:
        inks, papers = papers, np.zeros_like(papers)
    which = int(random.integers(5))
    levels = papers[which] + sheet[..., None] * (inks[which] - papers[which])
    kind = str(random.choice(["PNG", "BMP", "JPEG"]))
    return ink.file(levels, kind)


def _thick_paint(image: Image28, random: Random) -> bytes:
    return _paint(image, random, 0.14, 0.2)


def _thin_paint(image: Image28, random: Random) -> bytes:
    return _paint(image, random, 0.01, 0.04)


_KINDS: dict[str, Callable[[Image28, Random], bytes]] = {
    "tight crop": _tight_crop,
    "pale parts of strokes": _pale_parts,
    "edge of a shadow": _edge_of_shadow,
    "underexposed": _dim,
    "touches the edge": _at_the_edge,
    "strokes apart": _strokes_apart,
    "chalk": _chalk,
    "on a plate": _on_a_plate,
    "in a frame": _in_a_frame,
    "form box": _form_box,
    "paint, thick pen": _thick_paint,
    "paint, thin pen": _thin_paint,
}

EVERYDAY_KINDS = tuple(_KINDS)
"""The kinds, in the order in which they take turns."""
