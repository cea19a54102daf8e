"""A stranger's picture becomes digits like MNIST's, in stages that can be seen and switched off."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from fp16core.images import digit as digits
from fp16core.images import ink as inks
from fp16core.images import paper as papers
from fp16core.images.ink import Box, Mask, Pieces
from fp16core.images.paper import Levels, Paper
from fp16core.images.picture_file import Picture, grey_levels, open_picture, upright, without_transparency
from fp16core.images.stages import PreparedDigit, PreparedPicture, Stage, StageName, blank
from fp16core.text import count_text, percent_text, share_text
from fp16core.vocabulary import IMAGE_SIDE, ImageError

MAX_DIGITS = 32
"""Digits read from one picture at most."""

THUMBNAIL_SIDE_PX = 192
"""Longer side of the pictures that show the stages."""

_LEAST_CONTRAST = 0.06
_NOISE_MARGIN = 5
"""Ink must stand out from the paper by this share of white, and this many standard deviations of the noise."""

_EVEN = 0.02
"""Variation of the bare paper's level, as a share of white, that is not worth a word."""

_LINE_LEVEL = 0.3
_INK_LEVEL = 0.5
"""Where printed lines and ink begin, as shares of the strongest strokes' distance from the paper."""


def prepare_file(data: bytes, name: str) -> PreparedPicture:
    """Decode an image file and find its digits, with all stages and no thumbnails.

    Raises
    ------
    ImageError
        As `open_picture` and `prepare_picture`.
    """
    return prepare_picture(open_picture(data, name), name)


def prepare_picture(
    picture: Picture, name: str, off: Collection[StageName] = (), thumbnails: bool = False
) -> PreparedPicture:
    """Find the digits of a decoded picture.

    Parameters
    ----------
    picture
        As `open_picture` returns it.
    name
        What to call it in errors.
    off
        Stages to leave out; those that cannot be are done all the same.
    thumbnails
        Whether to keep a thumbnail of each stage.

    Raises
    ------
    ImageError
        If the picture has no ink, or more than `MAX_DIGITS` marks that look like digits.
    """
    work = _Work(name, frozenset(off), thumbnails)
    work.done(StageName.DECODE, picture.decision, picture.image)
    image = picture.image
    if work.wants(StageName.UPRIGHT):
        image, words = upright(picture)
        work.done(StageName.UPRIGHT, words, image)
    if work.wants(StageName.TRANSPARENCY):
        image, words = without_transparency(image)
        work.done(StageName.TRANSPARENCY, words, image)
    elif image.mode in ("LA", "RGBA"):
        image = _opaque(image)
    return _from_grey(grey_levels(image), work, picture.is_original)


def prepare_image(
    image: Image.Image, name: str, off: Collection[StageName] = (), thumbnails: bool = False
) -> PreparedPicture:
    """Find the digits of a picture that needs no decoding, a drawing say; as `prepare_picture` otherwise."""
    return _from_grey(grey_levels(image), _Work(name, frozenset(off), thumbnails), is_original=True)


def prepare_test_image(image: npt.NDArray[np.uint8], name: str, thumbnails: bool = False) -> PreparedPicture:
    """A test image, uint8 (28, 28), which is what the models know and goes to them as it is."""
    work = _Work(name, frozenset(), thumbnails)
    work.done(StageName.DECODE, "from the test set: nothing is done", Image.fromarray(image))
    return PreparedPicture(name, tuple(work.stages), (PreparedDigit(image),))


def looks_like_mnist(image: npt.NDArray[np.uint8]) -> bool:
    """Whether an image is made as MNIST's are: black paper, a box of 20 pixels, centred by mass.

    All 70,000 MNIST images are; the limits leave a pixel to spare.

    Parameters
    ----------
    image : uint8, shape (h, w)
    """
    if image.shape != (IMAGE_SIDE, IMAGE_SIDE) or image.max() < 128 or np.median(image) > 0:
        return False
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    longer = max(np.ptp(rows), np.ptp(columns)) + 1
    if abs(longer - digits.BOX_SIDE_PX) > 1:
        return False
    centre = (image.sum(axis=1) @ np.arange(IMAGE_SIDE), image.sum(axis=0) @ np.arange(IMAGE_SIDE)) / image.sum()
    return bool(np.abs(centre - IMAGE_SIDE / 2).max() <= 1.5)


@dataclass
class _Work:
    """The stages of one picture so far."""

    name: str
    off: frozenset[StageName]
    thumbnails: bool

    def __post_init__(self) -> None:
        self.stages: list[Stage] = []

    def wants(self, stage: StageName) -> bool:
        """Whether a stage is on; one that is off is put on record."""
        if stage in self.off:
            self.stages.append(Stage(stage, "switched off", is_on=False))
        return stage not in self.off

    def done(self, stage: StageName, decision: str, picture: Image.Image | Levels | Callable[[], Mask]) -> None:
        """Put a stage on record, with the picture it made, or what makes it if it is wanted."""
        self.stages.append(Stage(stage, decision, picture=_thumbnail(picture) if self.thumbnails else None))

    def for_one_digit(self) -> "_Work":
        """The record of one digit's own stages."""
        return _Work(self.name, self.off, self.thumbnails)


def _from_grey(grey: Levels, work: _Work, is_original: bool) -> PreparedPicture:
    levels = np.rint(grey * 255).astype(np.uint8)
    if is_original and looks_like_mnist(levels):
        work.done(StageName.GREY, "looks like MNIST already: nothing else is done", grey)
        return PreparedPicture(work.name, tuple(work.stages), (PreparedDigit(levels),))
    work.done(StageName.GREY, f"levels from {levels.min()} to {levels.max()} of 255", grey)

    paper = papers.survey_paper(grey)
    ink = _ink_on(paper, grey, work)
    ink, noise = papers.smoothed(ink, papers.noise_level(ink))
    strongest = papers.ink_level(ink)
    if strongest < max(_LEAST_CONTRAST, _NOISE_MARGIN * noise):
        raise blank(work.name)

    least_area_px = ink.size / 20_000
    if work.wants(StageName.LINES):
        lines = papers.printed_lines(ink, _LINE_LEVEL * strongest)
        if lines.count:
            ink = np.where(lines.mask, np.float32(0), ink)
            strongest = papers.ink_level(ink)
            least_area_px = max(least_area_px, (2.5 * lines.thickness_px) ** 2)
        work.done(StageName.LINES, lines.decision, ink)

    threshold = _INK_LEVEL * strongest
    marks = ink > threshold
    if work.wants(StageName.INK):
        words = f"{percent_text(marks.mean())} of the picture is more than {share_text(threshold)} away from the paper"
        work.done(StageName.INK, words, lambda: marks)
    pieces = inks.pieces_of(marks)
    kept = np.ones(len(pieces.boxes), bool)
    if work.wants(StageName.SPECKS):
        kept, words = inks.worth_keeping(pieces, least_area_px)
        if not kept.any():
            raise blank(work.name)
        work.done(StageName.SPECKS, words, lambda: pieces.mask(kept))
    groups = [np.flatnonzero(kept).tolist()]
    if work.wants(StageName.DIGITS):
        groups = inks.rows_of_digits(pieces, kept)
        if len(groups) > MAX_DIGITS:
            raise ImageError(
                f"{work.name}: {len(groups)} separate marks look like digits; at most {MAX_DIGITS} are read. "
                "Crop the picture to the digits."
            )
        words = "one digit" if len(groups) == 1 else f"{len(groups)} digits in a row"
        work.done(StageName.DIGITS, words, lambda: pieces.mask(_places(groups, kept)))
    return PreparedPicture(
        work.name,
        tuple(work.stages),
        tuple(_one_digit(ink, threshold, pieces, group, work.for_one_digit()) for group in groups),
    )


def _ink_on(paper: Paper, grey: Levels, work: _Work) -> Levels:
    """The picture as ink (1) on paper (0)."""
    if work.wants(StageName.LIGHT):
        flat = papers.flattened(grey, paper)
        uneven = float(np.ptp(paper.level))
        words = f"the bare paper's level varies by {share_text(uneven)} of white; divided out"
        if uneven < _EVEN:
            words = "evenly lit already"
        work.done(StageName.LIGHT, words, flat)
    else:
        flat = papers.flattened(grey, paper.even())
    if not work.wants(StageName.POLARITY):
        return flat
    ink = 1 - flat if paper.is_lighter else flat
    work.done(
        StageName.POLARITY,
        "inverted: dark ink on light paper" if paper.is_lighter else "kept: light ink on dark paper",
        ink,
    )
    return ink


def _one_digit(ink: Levels, threshold: float, pieces: Pieces, group: Sequence[int], work: _Work) -> PreparedDigit:
    box = pieces.boxes[group[0]]
    for place in group[1:]:
        box = box.joined(pieces.boxes[place])
    crops = work.wants(StageName.CROP)
    area = box.widened(digits.MARGIN_PX, ink.shape) if crops else Box(0, 0, *ink.shape)
    crop = digits.with_soft_edge(ink[area.cells], np.isin(pieces.labels[area.cells], np.add(group, 1)))
    keep_grey = StageName.INK in work.off
    fine = digits.fine_grey(crop / (2 * threshold)) if keep_grey else digits.fine_ink(crop, threshold)
    if crops:
        fine = digits.trimmed(fine)
        work.done(StageName.CROP, f"{box.width} × {box.height} pixels", fine)

    side = digits.BOX_SIDE_PX if work.wants(StageName.SCALE) else IMAGE_SIDE
    scaled = digits.boxed(fine, side)
    if side == digits.BOX_SIDE_PX:
        work.done(StageName.SCALE, f"{scaled.shape[1]} × {scaled.shape[0]} pixels", scaled)

    if work.wants(StageName.STROKE):
        width_px = digits.stroke_width_px(fine) * side / digits.BOX_SIDE_PX
        low, high = digits.STROKE_RANGE_PX
        if low <= width_px <= high:
            words = f"{width_px:.1f} px wide, within MNIST's {low:g} to {high:g}"
        else:
            mended = digits.with_usual_strokes(fine, width_px)
            within = slice(digits.GROWTH_PX, -digits.GROWTH_PX)
            scaled = digits.boxed(digits.trimmed(mended) if crops else mended[within, within], side)
            verb = "widened" if width_px < low else "thinned"
            words = f"{verb} from {width_px:.1f} to {digits.STROKE_USUAL_PX:g} px, MNIST's usual width"
        work.done(StageName.STROKE, words, scaled)

    image = digits.placed_by_box(scaled)
    if work.wants(StageName.CENTRE):
        centred = digits.placed_by_mass(scaled)
        words = f"moved by {count_text(digits.shift_px(image, centred), 'pixel')} from the middle of its box"
        image = centred
        work.done(StageName.CENTRE, words, image.astype(np.float32) / np.float32(255))
    return PreparedDigit(image, tuple(work.stages))


def _opaque(image: Image.Image) -> Image.Image:
    bands = image.split()[:-1]
    return Image.merge("RGB", bands) if len(bands) == 3 else bands[0]


def _places(groups: Iterable[Sequence[int]], kept: Mask) -> Mask:
    """Whether each piece belongs to one of the groups."""
    places = np.zeros_like(kept)
    for group in groups:
        places[group] = True
    return places


def _thumbnail(picture: Image.Image | Levels | Callable[[], Mask]) -> npt.NDArray[np.uint8]:
    if callable(picture):
        picture = picture().astype(np.float32)
    if isinstance(picture, Image.Image):
        shown = picture.convert("L") if picture.mode == "F" else picture
    else:
        shown = Image.fromarray(np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8))
    if max(shown.size) > THUMBNAIL_SIDE_PX:
        shown = shown.copy()
        shown.thumbnail((THUMBNAIL_SIDE_PX, THUMBNAIL_SIDE_PX), Image.Resampling.BOX)
    return np.asarray(shown)
