"""Distorted training images."""

import numpy as np
import pytest

from fp16core.data.mnist import load_mnist
from fp16core.training import distortions
from fp16core.training.distortions import distorted
from tests.helpers.places import TestSet


def square(side: int = 8) -> np.ndarray:
    """A white square in the middle, as one image."""
    image = np.zeros((1, 28, 28), np.uint8)
    image[0, 14 - side // 2 : 14 + side // 2, 14 - side // 2 : 14 + side // 2] = 255
    return image


def still(monkeypatch: pytest.MonkeyPatch, *but: str) -> None:
    """Turn off all distortions but those named."""
    for name in ("THINNEST", "BOLDEST", "TURN_DEGREES", "SLANT", "STRETCH", "SHIFT_PX"):
        if name not in but:
            monkeypatch.setattr(distortions, name, 0.0)


def middle(image: np.ndarray) -> np.ndarray:
    """Centre of mass, row and column."""
    places = np.mgrid[:28, :28].reshape(2, -1)
    return np.asarray((places * image.ravel()).sum(axis=1) / image.sum())


def test_without_distortions_images_stay_as_they_are(monkeypatch: pytest.MonkeyPatch, test_set: TestSet) -> None:
    still(monkeypatch)
    images = test_set[0][:50]
    assert np.array_equal(distorted(images, np.random.default_rng(0)), images)


def test_the_same_seed_gives_the_same_bits_and_each_image_its_own_distortion() -> None:
    images = np.repeat(load_mnist("train")[0][:1], 20, axis=0)
    once, again = (distorted(images, np.random.default_rng(3)) for _ in range(2))
    assert once.dtype == np.float32
    assert np.array_equal(once, again)
    assert len({image.tobytes() for image in once}) == 20
    assert once.min() >= 0
    assert once.max() <= 255


def test_shifts_move_the_middle_by_at_most_two_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    still(monkeypatch, "SHIFT_PX")
    moved = distorted(np.repeat(square(), 100, axis=0), np.random.default_rng(0))
    away = np.array([middle(image) for image in moved]) - 13.5
    assert 1.9 < np.abs(away).max() <= 2.001
    assert np.abs(away.mean()) < 0.3
    assert moved.sum(axis=(1, 2)) == pytest.approx(np.full(100, 64 * 255), rel=1e-4)


def test_strokes_become_bolder_and_thinner(monkeypatch: pytest.MonkeyPatch) -> None:
    still(monkeypatch, "THINNEST", "BOLDEST")
    ink = distorted(np.repeat(square(), 200, axis=0), np.random.default_rng(0)).sum(axis=(1, 2)) / 255
    bolder, thinner = 64 + 4 * 8, 64 - 0.6 * 28
    assert thinner <= ink.min() < thinner + 1
    assert bolder - 1 < ink.max() <= bolder


def test_turning_keeps_the_middle_and_slanting_keeps_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    bar = np.zeros((40, 28, 28), np.uint8)
    bar[:, 6:22, 13:15] = 255
    still(monkeypatch, "TURN_DEGREES")
    turned = distorted(bar, np.random.default_rng(0))
    assert np.array([middle(image) for image in turned]) == pytest.approx(np.full((40, 2), 13.5), abs=0.05)
    tops = [middle(np.where(np.arange(28)[:, None] < 9, image, 0))[1] - 13.5 for image in turned]
    assert 0.9 < max(tops) < 1.5, "six pixels above the middle, twelve degrees are 1.3 pixels"
    assert -1.5 < min(tops) < -0.9
    monkeypatch.undo()
    still(monkeypatch, "SLANT")
    slanted = distorted(bar, np.random.default_rng(0))
    assert slanted.sum(axis=2) == pytest.approx(bar.sum(axis=2, dtype=np.float32), rel=1e-4)
    assert max(middle(np.where(np.arange(28)[:, None] < 9, image, 0))[1] - 13.5 for image in slanted) > 1.2
