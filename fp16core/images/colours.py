"""Conversion of a decoded picture to grey levels: turned upright, on opaque paper, without colour."""

import numpy as np
import numpy.typing as npt
from PIL import Image

from fp16core.images.picture import Picture
from fp16core.png import png

_TURNS = {
    2: (Image.Transpose.FLIP_LEFT_RIGHT, "mirrored left to right"),
    3: (Image.Transpose.ROTATE_180, "turned by 180°"),
    4: (Image.Transpose.FLIP_TOP_BOTTOM, "mirrored top to bottom"),
    5: (Image.Transpose.TRANSPOSE, "mirrored and turned by 90°"),
    6: (Image.Transpose.ROTATE_270, "turned by 90° clockwise"),
    7: (Image.Transpose.TRANSVERSE, "mirrored and turned by 90°"),
    8: (Image.Transpose.ROTATE_90, "turned by 90° anticlockwise"),
}
"""Transpositions that set a picture upright, by EXIF orientation (Exif 2.32, 0x0112); Pillow turns anticlockwise."""


def upright(picture: Picture) -> tuple[Image.Image, str]:
    """Turn a picture upright by its EXIF orientation; return it with a summary in words."""
    if picture.turn not in _TURNS:
        return picture.image, "upright as stored"
    turn, words = _TURNS[picture.turn]
    return picture.image.transpose(turn), f"{words}, as the EXIF orientation says"


def without_transparency(image: Image.Image) -> tuple[Image.Image, str]:
    """Lay a picture on opaque paper; return it with a summary in words.

    If most of the picture is opaque, the paper takes the median level of the opaque part. Otherwise
    the opaque part is the ink, and the paper is white if it is dark and black if it is light.
    """
    if image.mode not in ("LA", "RGBA"):
        return image, "no transparency"
    alpha = np.asarray(image.getchannel("A"), np.float32) / 255
    if alpha.min() == 1:
        return image.convert(image.mode[:-1]), "opaque throughout"
    levels = np.asarray(image.convert(image.mode[:-1]).convert("L"), np.float32)
    if alpha.mean() > 0.6:
        paper, words = int(np.median(levels[alpha > 0.5])), "the opaque part's own grey"
    elif (levels * alpha).sum() < 127.5 * alpha.sum():
        paper, words = 255, "white paper, as the ink is dark"
    else:
        paper, words = 0, "black paper, as the ink is light"
    sheet = Image.new("RGBA", image.size, (paper, paper, paper, 255))
    return Image.alpha_composite(sheet, image.convert("RGBA")).convert("RGB"), f"laid on {words}"


def grey_levels(image: Image.Image) -> npt.NDArray[np.float32]:
    """Grey levels from 0 to 1 on the picture's own scale, colours weighted by ITU-R BT.601 luma, shape (h, w).

    Transparency is ignored.
    """
    grey = image if image.mode == "F" else image.convert("L")
    return np.asarray(grey, np.float32) / np.float32(255)


def upright_png(picture: Picture) -> bytes:
    """PNG of the picture turned upright, on opaque paper."""
    seen, _ = without_transparency(upright(picture)[0])
    return png(seen.convert("L") if seen.mode == "F" else seen)
