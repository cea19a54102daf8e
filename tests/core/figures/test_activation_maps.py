"""Pictures of activations, decoded again."""

import base64
import io

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from fp16core.figures.activation_maps import map_sheet
from fp16core.figures.base import style


def opacity(url: str) -> npt.NDArray[np.uint8]:
    return pixels(url)[..., 3]


def pixels(url: str) -> npt.NDArray[np.uint8]:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(url.split(",")[1]))))


def test_maps_show_activations_and_amplified_differences() -> None:
    reference = np.zeros((2, 2, 2), np.float32)
    reference[0, 0] = [1.0, 2.0]
    target = reference.copy()
    target[0, 0, 0] += np.float32(0.01)
    target[1, 1, 1] += np.float32(0.02)
    target[0, 0, 1] -= np.float32(0.01)
    kernels = np.array([[-1.0, 0.0], [1.0, 0.5]], np.float32).reshape(2, 1, 2, 1)
    sheet = map_sheet(reference, target, kernels)
    first, second = sheet.channels
    assert (sheet.low, sheet.high) == (0, 2)
    assert sheet.amplification == pytest.approx(100)
    assert opacity(first.reference).tolist() == [[180, 0], [0, 0]]
    assert opacity(second.reference).tolist() == [[255, 0], [0, 0]]
    assert opacity(first.difference)[0, 0] in (180, 181)
    assert opacity(second.difference)[1, 1] == 255
    orange, blue = ([int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in (style.TARGET_COLOUR, style.REFERENCE_COLOUR))
    assert pixels(first.difference)[0, 0, :3].tolist() == orange
    assert pixels(second.difference)[0, 0, :3].tolist() == blue
    assert first.kernel is not None
    assert second.kernel is not None
    assert pixels(first.kernel).tolist() == [[0, 128]]
    assert pixels(second.kernel).tolist() == [[255, 191]]
    assert second.max_abs_difference == pytest.approx(0.02)


def test_a_quarter_of_the_scale_has_half_the_opacity_as_the_caption_says() -> None:
    reference = np.array([[[1.0, 4.0]]], np.float32)
    target = reference + np.array([[[-0.0625, -0.25]]], np.float32)  # exact
    faint = map_sheet(reference, target).channels[0]
    assert opacity(faint.reference).tolist() == [[128]]
    assert opacity(faint.difference).tolist() == [[128]]


def test_maps_of_equal_broken_and_negative_activations() -> None:
    same = np.full((1, 2, 1), 3.0, np.float32)
    assert not map_sheet(same, same).has_differences
    assert opacity(map_sheet(same, same).channels[0].difference).tolist() == [[0, 0]]
    silent = map_sheet(same * 0, same * 0).channels[0]
    assert opacity(silent.reference).tolist() == [[0, 0]]
    assert silent.kernel is None
    broken = same.copy()
    broken[0, 0, 0] = np.inf
    grey = pixels(map_sheet(same, broken).channels[0].target)[0, 0].tolist()
    assert grey == [*(int(style.NEUTRAL_COLOUR[i : i + 2], 16) for i in (1, 3, 5)), 255]
    negative = map_sheet(same * [[[-1], [1]]], same)
    assert (negative.low, negative.high) == (-3, 3)
    assert opacity(negative.channels[0].reference).tolist() == [[0, 255]]
