"""MNIST test images as a stranger would upload them: fifteen kinds of files, seeded.

Every rendering is enlarged 3 to 40 times, shifted on a larger paper, and inverted or not; its kind
adds one difficulty.
"""

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage
from skimage.morphology import skeletonize

from fp16core.vocabulary import IMAGE_SIDE

Floats = npt.NDArray[np.float32]
Random = np.random.Generator

_EXIF_ORIENTATION = 0x0112


@dataclass(frozen=True)
class Rendering:
    """One uploaded file.

    Attributes
    ----------
    kind
        Source of difficulty.
    index
        Index of the test image it shows.
    data
        Contents of the file.
    """

    kind: str
    index: int
    data: bytes = field(repr=False)


def renderings(images: npt.NDArray[np.uint8], count: int, seed: int = 0) -> Iterator[Rendering]:
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
    yield from in_turns(_KINDS, images.astype(np.float32) / 255, count, np.random.default_rng(seed))


def in_turns(
    kinds: Mapping[str, Callable[[npt.NDArray[Any], Random], bytes]],
    images: npt.NDArray[Any],
    count: int,
    random: Random,
) -> Iterator[Rendering]:
    """Render ``count`` images, drawn without repetition, each by the next of the kinds."""
    names = list(kinds)
    for turn, index in enumerate(random.permutation(len(images))[:count].tolist()):
        kind = names[turn % len(names)]
        yield Rendering(kind, index, kinds[kind](images[index], random))


def _sheet(ink: Floats, random: Random) -> Floats:
    """Ink (0 to 1) enlarged and shifted on a paper up to 1.8 times as large."""
    side = round(IMAGE_SIDE * float(np.exp(random.uniform(np.log(3), np.log(40)))))
    how = random.choice([Image.Resampling.NEAREST, Image.Resampling.BILINEAR, Image.Resampling.BICUBIC])
    large = np.clip(np.asarray(Image.fromarray(ink).resize((side, side), Image.Resampling(int(how)))), 0, 1)
    height, width = (int(side * random.uniform(1, 1.8)) for _ in range(2))
    top, left = random.integers(height - side + 1), random.integers(width - side + 1)
    sheet = np.zeros((height, width), np.float32)
    sheet[top : top + side, left : left + side] = large
    return sheet


def _toned(sheet: Floats, random: Random) -> Floats:
    """Grey levels 0 to 1, as dark ink on light paper or the other way round."""
    return 1 - sheet if random.random() < 0.5 else sheet


def _grey(levels: Floats) -> Image.Image:
    return Image.fromarray(np.rint(np.clip(levels, 0, 1) * 255).astype(np.uint8))


def _file(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def _plain(ink: Floats, random: Random) -> bytes:
    image = _grey(_toned(_sheet(ink, random), random))
    return _file(image, str(random.choice(["PNG", "BMP", "GIF", "WEBP", "TIFF", "JPEG"])))


def _transparent(ink: Floats, random: Random) -> bytes:
    sheet = _sheet(ink, random)
    colours = np.zeros((*sheet.shape, 4), np.uint8)
    colours[..., :3] = 255 if random.random() < 0.5 else random.integers(0, 90, 3)
    colours[..., 3] = np.rint(sheet * 255)
    return _file(Image.fromarray(colours))


def _sixteen_bit(ink: Floats, random: Random) -> bytes:
    levels = np.rint(_toned(_sheet(ink, random), random) * 65535).astype(np.uint16)
    return _file(Image.fromarray(levels), str(random.choice(["PNG", "TIFF"])))


def _palette(ink: Floats, random: Random) -> bytes:
    grey = _grey(_toned(_sheet(ink, random), random))
    few = grey.convert("RGB").quantize(int(random.integers(4, 33)))
    return _file(few, str(random.choice(["PNG", "GIF"])))


def _cmyk_jpeg(ink: Floats, random: Random) -> bytes:
    return _file(_grey(_toned(_sheet(ink, random), random)).convert("CMYK"), "JPEG", quality=80)


def _rotated_by_exif(ink: Floats, random: Random) -> bytes:
    image = _grey(_toned(_sheet(ink, random), random))
    orientation = int(random.integers(2, 9))
    undo = {  # turns an upright picture into one that the tag makes upright again
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    exif = Image.Exif()
    exif[_EXIF_ORIENTATION] = orientation
    return _file(image.transpose(undo[orientation]), "JPEG", exif=exif, quality=85)


def _low_contrast(ink: Floats, random: Random) -> bytes:
    sheet = _toned(_sheet(ink, random), random)
    span = random.uniform(0.12, 0.25)
    low = random.uniform(0.1, 0.9 - span)
    return _file(_grey(low + span * sheet))


def _lit_from_one_side(ink: Floats, random: Random) -> bytes:
    sheet = _toned(_sheet(ink, random), random)
    rows, columns = np.mgrid[: sheet.shape[0], : sheet.shape[1]] / np.reshape(sheet.shape, (2, 1, 1))
    angle = random.uniform(0, 2 * np.pi)
    across = (columns - 0.5) * np.cos(angle) + (rows - 0.5) * np.sin(angle)
    light = 1 - random.uniform(0.4, 0.7) * (across - across.min()) / np.ptp(across)
    return _file(_grey((0.08 + 0.88 * sheet) * light.astype(np.float32)), "JPEG", quality=85)


def _noisy(ink: Floats, random: Random) -> bytes:
    sheet = 0.1 + 0.8 * _toned(_sheet(ink, random), random)
    return _file(_grey(sheet + random.normal(0, random.uniform(0.04, 0.15), sheet.shape).astype(np.float32)))


def _on_lined_paper(ink: Floats, random: Random, squared: bool) -> bytes:
    sheet = _sheet(ink, random)
    across = max(sheet.shape)
    pitch = across / random.uniform(4, 12)
    thickness = max(1.0, pitch * random.uniform(0.03, 0.07))
    tilt = np.tan(np.radians(random.uniform(-3, 3)))
    rows, columns = np.mgrid[: sheet.shape[0], : sheet.shape[1]].astype(np.float32)
    lines = np.zeros(sheet.shape, np.float32)
    for along, beside in [(rows, columns), (columns, -rows)][: 2 if squared else 1]:
        place = (along + tilt * beside + random.uniform(0, pitch)) % pitch
        distance = np.minimum(place, pitch - place)
        lines = np.maximum(lines, np.clip(thickness / 2 - distance + 0.5, 0, 1))
    lines *= random.uniform(0.2, 0.6)
    levels = 0.92 * (1 - np.maximum(lines, sheet * random.uniform(0.75, 0.95)))
    return _file(_grey(levels.astype(np.float32)), "JPEG", quality=85)


def _ruled(ink: Floats, random: Random) -> bytes:
    return _on_lined_paper(ink, random, squared=False)


def _squared(ink: Floats, random: Random) -> bytes:
    return _on_lined_paper(ink, random, squared=True)


def _blurred(ink: Floats, random: Random) -> bytes:
    soft = ndimage.gaussian_filter(np.pad(ink, 4), random.uniform(0.5, 1.1))
    return _file(_grey(_toned(_sheet(soft / soft.max(), random), random)))


def _other_pen(ink: Floats, random: Random, low: float, high: float) -> bytes:
    """The same digit in a pen between ``low`` and ``high`` pixels of MNIST wide."""
    scale = 12
    large = np.asarray(Image.fromarray(ink).resize((IMAGE_SIDE * scale,) * 2, Image.Resampling.BICUBIC)) > 0.5
    distance = ndimage.distance_transform_edt(~skeletonize(large))
    stroke = np.clip(random.uniform(low, high) * scale / 2 - distance + 0.5, 0, 1).astype(np.float32)
    return _file(_grey(_toned(_sheet(stroke, random), random)))


def _thin_pen(ink: Floats, random: Random) -> bytes:
    return _other_pen(ink, random, 0.6, 1.3)


def _thick_marker(ink: Floats, random: Random) -> bytes:
    return _other_pen(ink, random, 4.2, 5.5)


def _pencil(ink: Floats, random: Random) -> bytes:
    """The same digit in lines one pixel wide, as drawing programs have, 120 to 480 pixels large."""
    side = int(random.integers(120, 481))
    large = np.asarray(Image.fromarray(ink).resize((side, side), Image.Resampling.BICUBIC)) > 0.5
    line = skeletonize(large).astype(np.float32)
    return _file(_grey(_toned(np.pad(line, side // 8), random)))


_KINDS: dict[str, Callable[[Floats, Random], bytes]] = {
    "plain": _plain,
    "transparent": _transparent,
    "16-bit": _sixteen_bit,
    "palette": _palette,
    "CMYK JPEG": _cmyk_jpeg,
    "rotated by EXIF": _rotated_by_exif,
    "low contrast": _low_contrast,
    "lit from one side": _lit_from_one_side,
    "noisy": _noisy,
    "ruled paper": _ruled,
    "squared paper": _squared,
    "blurred": _blurred,
    "thin pen": _thin_pen,
    "thick marker": _thick_marker,
    "pencil of one pixel": _pencil,
}

KINDS = tuple(_KINDS)
"""The kinds, in the order in which they take turns."""
