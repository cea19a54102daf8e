"""A stranger's picture becomes digits like MNIST's, in stages that can be seen and switched off."""

from collections.abc import Collection, Iterable, Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

from fp16core.images import digit as digits
from fp16core.images import ink as inks
from fp16core.images import paper as papers
from fp16core.images.box import Box
from fp16core.images.colours import grey_levels, opaque, upright, without_transparency
from fp16core.images.ink import Pieces
from fp16core.images.lines import printed_lines
from fp16core.images.paper import Levels, Mask, Paper
from fp16core.images.picture import Picture
from fp16core.images.picture_file import open_picture
from fp16core.images.record import Record
from fp16core.images.stages import PreparedDigit, PreparedPicture, StageName, blank
from fp16core.text import count_text, percent_text, share_text
from fp16core.vocabulary import IMAGE_SIDE, ImageError

MAX_DIGITS = 32
"""Digits read from one picture at most."""

_LEAST_CONTRAST = 0.06
_NOISE_MARGIN = 6
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
    record = Record(name, frozenset(off), thumbnails)
    record.done(StageName.DECODE, picture.decision, picture.image)
    image = picture.image
    if record.wants(StageName.UPRIGHT):
        image, words = upright(picture)
        record.done(StageName.UPRIGHT, words, image)
    if record.wants(StageName.TRANSPARENCY):
        image, words = without_transparency(image)
        record.done(StageName.TRANSPARENCY, words, image)
    elif image.mode in ("LA", "RGBA"):
        image = opaque(image)
    return _from_grey(grey_levels(image), record, picture.is_original)


def prepare_image(
    image: Image.Image, name: str, off: Collection[StageName] = (), thumbnails: bool = False
) -> PreparedPicture:
    """Find the digits of a picture that needs no decoding, a drawing say; as `prepare_picture` otherwise."""
    return _from_grey(grey_levels(image), Record(name, frozenset(off), thumbnails), is_original=True)


def prepare_test_image(image: npt.NDArray[np.uint8], name: str, thumbnails: bool = False) -> PreparedPicture:
    """A test image, uint8 (28, 28), which is what the models know and goes to them as it is."""
    record = Record(name, frozenset(), thumbnails)
    record.done(StageName.DECODE, "from the test set: nothing is done", Image.fromarray(image))
    return PreparedPicture(name, tuple(record.stages), (PreparedDigit(image),))


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


def _from_grey(grey: Levels, record: Record, is_original: bool) -> PreparedPicture:
    levels = np.rint(grey * 255).astype(np.uint8)
    if is_original and looks_like_mnist(levels):
        record.done(StageName.GREY, "looks like MNIST already: nothing else is done", grey)
        return PreparedPicture(record.name, tuple(record.stages), (PreparedDigit(levels),))
    record.done(StageName.GREY, f"levels from {levels.min()} to {levels.max()} of 255", grey)

    paper = papers.survey_paper(grey)
    ink, noise = papers.smoothed(_ink_on(paper, grey, record))
    # With the light left uneven, shade would pass for noise.
    least_contrast = max(_LEAST_CONTRAST, 0 if StageName.LIGHT in record.off else _NOISE_MARGIN * noise)
    strongest = papers.ink_level(ink)
    if strongest < least_contrast:
        raise blank(record.name)

    least_area_px = ink.size / 20_000
    if record.wants(StageName.LINES):
        lines = printed_lines(ink, _LINE_LEVEL * strongest)
        if lines.count:
            ink = np.where(lines.mask, np.float32(0), ink)
            strongest = papers.ink_level(ink)
            least_area_px = max(least_area_px, (2.5 * lines.thickness_px) ** 2)
        record.done(StageName.LINES, lines.decision, ink)
        if strongest < least_contrast:
            raise blank(record.name)

    threshold = _INK_LEVEL * strongest
    marks = ink > threshold
    if record.wants(StageName.INK):
        words = (
            f"{percent_text(marks.mean())} of the picture: what is more than {share_text(threshold)} away from the "
            f"paper, half as far as the strongest strokes"
        )
        record.done(StageName.INK, words, lambda: marks)
    pieces = inks.pieces_of(marks)
    kept = np.ones(len(pieces.boxes), bool)
    if record.wants(StageName.SPECKS):
        kept, words = inks.worth_keeping(pieces, least_area_px)
        record.done(StageName.SPECKS, words, lambda: pieces.mask(kept))
    if not kept.any():
        raise blank(record.name)
    groups = [np.flatnonzero(kept).tolist()]
    if record.wants(StageName.DIGITS):
        groups, words = inks.digits_in_order(pieces, kept)
        if len(groups) > MAX_DIGITS:
            raise ImageError(
                f"{record.name}: {len(groups)} separate marks look like digits; at most {MAX_DIGITS} are read. "
                "Crop the picture to the digits."
            )
        record.done(StageName.DIGITS, words, lambda: pieces.mask(_places(groups, kept)))
    return PreparedPicture(
        record.name,
        tuple(record.stages),
        tuple(_one_digit(ink, threshold, pieces, group, record.for_one_digit()) for group in groups),
    )


def _ink_on(paper: Paper, grey: Levels, record: Record) -> Levels:
    """The picture as ink (1) on paper (0)."""
    if record.wants(StageName.LIGHT):
        flat = papers.flattened(grey, paper)
        uneven = float(np.ptp(paper.level))
        words = f"the bare paper's level varies by {share_text(uneven)} of white; divided out"
        if uneven < _EVEN:
            words = "evenly lit already"
        record.done(StageName.LIGHT, words, flat)
    else:
        flat = papers.flattened(grey, paper.even())
    if not record.wants(StageName.POLARITY):
        return flat
    ink = 1 - flat if paper.is_lighter else flat
    record.done(
        StageName.POLARITY,
        "inverted, as dark ink is on light paper" if paper.is_lighter else "kept, as light ink is on dark paper",
        ink,
    )
    return ink


def _one_digit(ink: Levels, threshold: float, pieces: Pieces, group: Sequence[int], record: Record) -> PreparedDigit:
    box = pieces.boxes[group[0]]
    for place in group[1:]:
        box = box.joined(pieces.boxes[place])
    crops = record.wants(StageName.CROP)
    area = box.widened(digits.MARGIN_PX, ink.shape) if crops else Box(0, 0, *ink.shape)
    crop = digits.with_soft_edge(ink[area.cells], np.isin(pieces.labels[area.cells], np.add(group, 1)))
    keep_grey = StageName.INK in record.off
    fine = digits.fine_grey(crop / (2 * threshold)) if keep_grey else digits.fine_ink(crop, threshold)
    if crops:
        fine = digits.trimmed(fine)
        record.done(StageName.CROP, f"{box.width} × {box.height} pixels", fine)

    side = digits.BOX_SIDE_PX if record.wants(StageName.SCALE) else IMAGE_SIDE
    scaled = digits.boxed(fine, side)
    if side == digits.BOX_SIDE_PX:
        record.done(StageName.SCALE, f"{scaled.shape[1]} × {scaled.shape[0]} pixels", scaled)

    if record.wants(StageName.STROKE):
        width_px = digits.stroke_width_px(fine) * side / digits.BOX_SIDE_PX
        low, high = digits.STROKE_RANGE_PX
        if keep_grey:
            words = "left as they are: in shades of grey, a stroke has no edge"
        elif low <= width_px <= high:
            words = f"{width_px:.1f} px wide, within MNIST's {low:g} to {high:g}"
        else:
            mended = digits.with_usual_strokes(fine, width_px, side)
            within = slice(digits.GROWTH_PX, -digits.GROWTH_PX)
            scaled = digits.boxed(digits.trimmed(mended) if crops else mended[within, within], side)
            verb = "widened" if width_px < low else "thinned"
            words = f"{verb} from {width_px:.1f} to {digits.STROKE_USUAL_PX:g} px, MNIST's usual width"
        record.done(StageName.STROKE, words, scaled)

    image = digits.placed_by_box(scaled)
    if record.wants(StageName.CENTRE):
        centred = digits.placed_by_mass(scaled)
        shift = digits.shift_px(image, centred)
        words = (
            f"moved by {count_text(shift, 'pixel')} from the middle of its box" if shift else "in the middle already"
        )
        image = centred
        record.done(StageName.CENTRE, words, image.astype(np.float32) / np.float32(255))
    return PreparedDigit(image, tuple(record.stages))


def _places(groups: Iterable[Sequence[int]], kept: Mask) -> Mask:
    """Whether each piece belongs to one of the groups."""
    places = np.zeros_like(kept)
    for group in groups:
        places[group] = True
    return places
