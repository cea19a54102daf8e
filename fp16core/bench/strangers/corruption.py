"""Damage to model files, by kind."""

from collections.abc import Callable

import numpy as np

from fp16core.tflite.reader import read_tflite


def corrupted(model: bytes, kind: str, random: np.random.Generator) -> bytes:
    """A copy of a model file with damage of one of `KINDS`."""
    broken = bytearray(model)
    KINDS[kind](broken, _description(model), random)
    return bytes(broken)


def _description(model: bytes) -> np.ndarray:
    """Offsets of all bytes outside of weights, where damage has the most effect."""
    outside = np.ones(len(model), bool)
    for tensor in read_tflite(model).parameters():
        start = tensor.data_start or 0
        outside[start : start + len(tensor.stored_bytes)] = False
    return np.flatnonzero(outside)


def _flip(model: bytearray, places: np.ndarray, random: np.random.Generator) -> None:
    for place in random.choice(places, random.integers(1, 4)):
        model[place] ^= 1 << int(random.integers(8))


def _flip_anywhere(model: bytearray, _places: np.ndarray, random: np.random.Generator) -> None:
    _flip(model, np.arange(len(model)), random)


def _cut(model: bytearray, _places: np.ndarray, random: np.random.Generator) -> None:
    del model[int(random.integers(len(model))) :]


def _swap(model: bytearray, places: np.ndarray, random: np.random.Generator) -> None:
    size = int(random.integers(4, 257))
    first, second = (int(place) for place in random.choice(places[places < len(model) - size], 2))
    model[first : first + size], model[second : second + size] = (
        model[second : second + size],
        model[first : first + size],
    )


def _scribble(model: bytearray, places: np.ndarray, random: np.random.Generator) -> None:
    for place in random.choice(places, random.integers(1, 4)):
        model[place] = int(random.integers(256))


def _noise(model: bytearray, _places: np.ndarray, random: np.random.Generator) -> None:
    """Leave nothing but the identifier, or not even that."""
    identifier = bytes(model[4:8])
    model[:] = random.bytes(int(random.integers(8, len(model))))
    if random.integers(2):
        model[4:8] = identifier


def _misdirect(model: bytearray, places: np.ndarray, random: np.random.Generator) -> None:
    """Change 32-bit numbers: offsets, lengths, shapes, indices."""
    for place in random.choice(places[places % 4 == 0][:-1], random.integers(1, 3)):
        number = int.from_bytes(model[place : place + 4], "little")
        steps = (1, 4, -4, 64, -number, 2**31 - 1 - number, 2**32 - 1 - number, number, int(random.integers(2**32)))
        changed = (number + steps[int(random.integers(len(steps)))]) % 2**32
        model[place : place + 4] = changed.to_bytes(4, "little")


KINDS: dict[str, Callable[[bytearray, np.ndarray, np.random.Generator], None]] = {
    "bits flipped anywhere": _flip_anywhere,
    "bits flipped outside of weights": _flip,
    "cut off": _cut,
    "blocks swapped": _swap,
    "bytes overwritten": _scribble,
    "offsets and lengths changed": _misdirect,
    "random bytes": _noise,
}
"""Ways to damage a file in place, given the offsets of its bytes outside of weights."""
