"""Preparation of a visitor's picture: from pixels to digits like MNIST's, in stages shown one by one."""

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

from fp16core.images import mnist_format
from fp16core.images.box import Box
from fp16core.images.colours import grey_levels, upright, without_transparency
from fp16core.images.digits.components import Components, connected_components, worth_keeping
from fp16core.images.digits.found_digits import FoundDigits
from fp16core.images.digits.grouping import find_digits
from fp16core.images.ink.clear_ink import ClearInk, clear_ink
from fp16core.images.levels import Levels
from fp16core.images.picture import Picture
from fp16core.images.picture_file import open_picture
from fp16core.images.stage_recorder import StageRecorder
from fp16core.images.stages import PreparedDigit, PreparedPicture, StageName, blank
from fp16core.images.surroundings.frame import inside_frame
from fp16core.text import count_text, percent_text, share_text
from fp16core.vocabulary import IMAGE_SIDE, ImageError

MAX_DIGITS = 32
"""Most digits read from one picture."""

_INK_LEVEL = 0.5
"""Threshold of ink, as a share of the strongest strokes' distance from the paper."""


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
        Name of the picture in error messages.
    off
        Stages to skip; those that cannot be switched off are done regardless.
    thumbnails
        Whether to keep a thumbnail of each stage.

    Raises
    ------
    ImageError
        If the picture has no ink, or more than `MAX_DIGITS` marks that look like digits.
    """
    recorder = StageRecorder(name, frozenset(off), thumbnails)
    recorder.add(StageName.DECODE, picture.decision, picture.image)
    image = picture.image
    for stage, change in (
        (StageName.UPRIGHT, lambda _: upright(picture)),
        (StageName.TRANSPARENCY, without_transparency),
        (StageName.FRAME, inside_frame),
    ):
        if recorder.is_on(stage):
            image, words = change(image)
            recorder.add(stage, words, image)
    return _from_grey(grey_levels(image), recorder, picture.is_original)


def prepare_image(
    image: Image.Image, name: str, off: Collection[StageName] = (), thumbnails: bool = False
) -> PreparedPicture:
    """Find the digits of a picture that needs no decoding, such as a drawing, as `prepare_picture` does."""
    return _from_grey(grey_levels(image), StageRecorder(name, frozenset(off), thumbnails), is_original=True)


def prepare_test_image(image: npt.NDArray[np.uint8], name: str, thumbnails: bool = False) -> PreparedPicture:
    """Wrap a test image, uint8 (28, 28), which goes to the models unchanged."""
    recorder = StageRecorder(name, frozenset(), thumbnails)
    recorder.add(StageName.DECODE, "from the test set, used unchanged", Image.fromarray(image))
    return PreparedPicture(name, tuple(recorder.stages), (PreparedDigit(image),))


def _from_grey(grey: Levels, recorder: StageRecorder, is_original: bool) -> PreparedPicture:
    levels = np.rint(grey * 255).astype(np.uint8)
    if is_original and mnist_format.looks_like_mnist(levels):
        recorder.add(StageName.GREY, "already in MNIST's format: no further stages", grey)
        return PreparedPicture(recorder.name, tuple(recorder.stages), (PreparedDigit(levels),))
    recorder.add(StageName.GREY, f"levels from {levels.min()} to {levels.max()} of 255", grey)
    clear = clear_ink(grey, recorder)
    threshold = _INK_LEVEL * clear.strongest
    found = _separate_digits(clear, threshold, recorder)
    digits = [
        _one_digit(clear.ink, threshold, found.components, group, recorder.for_one_digit()) for group in found.groups
    ]
    return PreparedPicture(recorder.name, tuple(recorder.stages), tuple(digits), found.left_out)


def _separate_digits(clear: ClearInk, threshold: float, recorder: StageRecorder) -> FoundDigits:
    """Digits among the connected components of the ink.

    Raises
    ------
    ImageError
        If there are no digits, or more than `MAX_DIGITS`.
    """
    marks = clear.ink > threshold
    if recorder.is_on(StageName.INK):
        words = (
            f"{percent_text(marks.mean())} of the picture: pixels more than {share_text(threshold)} away from the "
            f"paper, half as far as the strongest strokes"
        )
        if clear.palest < threshold:
            words += f"; in pale strokes, from {share_text(_INK_LEVEL * clear.palest)} on"
        recorder.add(StageName.INK, words, lambda: marks)
    components = connected_components(marks)
    kept = np.ones(len(components.boxes), bool)
    if recorder.is_on(StageName.SPECKS):
        kept, words = worth_keeping(components, clear.least_area_px)
        recorder.add(StageName.SPECKS, words, lambda: components.mask(kept))
    if not kept.any():
        raise blank(recorder.name)
    if not recorder.is_on(StageName.DIGITS):
        return FoundDigits(components, [np.flatnonzero(kept).tolist()], "all marks are one digit")
    found = find_digits(components, kept, MAX_DIGITS)
    if len(found.groups) > MAX_DIGITS:
        raise ImageError(
            f"{recorder.name}: {len(found.groups)} separate marks look like digits; at most {MAX_DIGITS} are read. "
            "Crop the picture to the digits."
        )
    recorder.add(StageName.DIGITS, found.decision, found.mask)
    return found


def _one_digit(
    ink: Levels, threshold: float, components: Components, group: Sequence[int], recorder: StageRecorder
) -> PreparedDigit:
    box = components.box(group)
    crops = recorder.is_on(StageName.CROP)
    area = box.widened(mnist_format.MARGIN_PX, ink.shape) if crops else Box(0, 0, *ink.shape)
    crop = mnist_format.with_soft_edge(ink[area.cells], np.isin(components.labels[area.cells], np.add(group, 1)))
    keep_grey = StageName.INK in recorder.off
    fine = mnist_format.fine_grey(crop / (2 * threshold)) if keep_grey else mnist_format.fine_ink(crop, threshold)
    if crops:
        fine = mnist_format.trimmed(fine)
        recorder.add(StageName.CROP, f"{box.width} × {box.height} pixels", fine)

    side = mnist_format.BOX_SIDE_PX if recorder.is_on(StageName.SCALE) else IMAGE_SIDE
    scaled = mnist_format.boxed(fine, side)
    if side == mnist_format.BOX_SIDE_PX:
        recorder.add(StageName.SCALE, f"{scaled.shape[1]} × {scaled.shape[0]} pixels", scaled)

    if recorder.is_on(StageName.STROKE):
        width_px = mnist_format.stroke_width_px(fine) * side / mnist_format.BOX_SIDE_PX
        low, high = mnist_format.STROKE_RANGE_PX
        if keep_grey:
            words = "unchanged: in shades of grey, a stroke has no edge"
        elif low <= width_px <= high:
            words = f"{width_px:.1f} px wide, within MNIST's {low:g} to {high:g}"
        else:
            mended = mnist_format.with_usual_strokes(fine, width_px, side)
            within = slice(mnist_format.GROWTH_PX, -mnist_format.GROWTH_PX)
            scaled = mnist_format.boxed(mnist_format.trimmed(mended) if crops else mended[within, within], side)
            verb = "widened" if width_px < low else "thinned"
            words = f"{verb} from {width_px:.1f} to {mnist_format.STROKE_USUAL_PX:g} px, MNIST's usual width"
        recorder.add(StageName.STROKE, words, scaled)

    image = mnist_format.placed_by_box(scaled)
    if recorder.is_on(StageName.CENTRE):
        centred = mnist_format.placed_by_mass(scaled)
        shift = mnist_format.shift_px(image, centred)
        words = (
            f"moved by {count_text(shift, 'pixel')} from the middle of its box" if shift else "already in the middle"
        )
        image = centred
        recorder.add(StageName.CENTRE, words, image.astype(np.float32) / np.float32(255))
    return PreparedDigit(image, tuple(recorder.stages))
