"""Test images of a command, as many as its option asks for."""

import sys

import numpy as np
import numpy.typing as npt

from fp16core.data.mnist import load_mnist
from fp16core.terminal import say
from fp16core.text import count_text


def limited_images(limit: int | None, most: int | None = None) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """The first test images and their labels; if fewer are there than were asked for, standard error says so.

    Parameters
    ----------
    limit
        Images asked for; all if `None`.
    most
        Largest number that the command uses; `None` if it uses all.
    """
    images, labels = load_mnist("test")
    images, labels = images[:most], labels[:most]
    if limit is not None and limit > len(images):
        what = "of the test set" if most is None or len(images) < most else "that this command can use"
        say(f"--limit {limit}: the {count_text(len(images), 'image')} {what} are used.", sys.stderr)
    return images[:limit], labels[:limit]
