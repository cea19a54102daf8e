"""Pictures of what a convolution's channels compute."""

import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from fp16core.figures.base.pictures import picture_url
from fp16core.figures.base.style import NEUTRAL_COLOUR, REFERENCE_COLOUR, TARGET_COLOUR

Map = npt.NDArray[np.floating]


@dataclass(frozen=True)
class ChannelMaps:
    """One channel, as pictures in data URLs.

    Attributes
    ----------
    kernel
        The pattern it looks for: white adds, black subtracts; `None` if it has more than one layer.
    reference, target
        Its activations, in blue and orange, from transparent to full colour.
    difference
        Orange where the target's activation is the larger one, blue where it is the smaller one.
    largest, max_abs_difference
        Largest activation of the reference and largest magnitude of the difference.
    """

    kernel: str | None = field(repr=False)
    reference: str = field(repr=False)
    target: str = field(repr=False)
    difference: str = field(repr=False)
    largest: float
    max_abs_difference: float


@dataclass(frozen=True)
class MapSheet:
    """All channels, on shared scales.

    Attributes
    ----------
    low, high
        Activations drawn transparent and in full colour.
    amplification
        Factor by which differences are drawn stronger than activations, so that the largest one has
        full colour; infinite if there is none.
    """

    low: float
    high: float
    amplification: float
    channels: tuple[ChannelMaps, ...]

    @property
    def has_differences(self) -> bool:
        """True if there is a difference to draw."""
        return math.isfinite(self.amplification)


def map_sheet(reference: Map, target: Map, kernels: npt.NDArray[np.floating] | None = None) -> MapSheet:
    """Draw the channels of one image's activations.

    Parameters
    ----------
    reference, target : float, shape (height, width, channels)
        Activations of the first image; infinite and NaN ones are drawn in grey.
    kernels : float, shape (channels, kernel height, kernel width, layers), optional
        The convolution's weights.
    """
    both = np.moveaxis(np.stack([reference, target]).astype(np.float64), -1, 1)
    finite = both[np.isfinite(both)]
    low, high = min(0.0, float(finite.min(initial=0.0))), float(finite.max(initial=0.0))
    with np.errstate(invalid="ignore"):
        delta = both[1] - both[0]
    limit = float(np.abs(delta[np.isfinite(delta)]).max(initial=0.0))
    span = high - low
    patterns = _patterns(kernels, reference.shape[-1])
    of_reference = _tinted(_shares(both[0] - low, span), REFERENCE_COLOUR, REFERENCE_COLOUR)
    of_target = _tinted(_shares(both[1] - low, span), TARGET_COLOUR, TARGET_COLOUR)
    differences = _tinted(_shares(delta, limit), TARGET_COLOUR, REFERENCE_COLOUR)
    return MapSheet(
        low=low,
        high=high,
        amplification=span / limit if limit else float("inf"),
        channels=tuple(
            ChannelMaps(
                kernel=patterns[channel],
                reference=of_reference[channel],
                target=of_target[channel],
                difference=differences[channel],
                largest=float(both[0, channel].max()),
                max_abs_difference=float(np.abs(delta[channel]).max()),
            )
            for channel in range(reference.shape[-1])
        ),
    )


def _patterns(kernels: npt.NDArray[np.floating] | None, channels: int) -> list[str | None]:
    if kernels is None or kernels.shape[0] != channels or kernels.shape[-1] != 1:
        return [None] * channels
    shares = _shares(kernels[..., 0].astype(np.float64), float(np.abs(kernels).max()))
    return [picture_url(np.round(127.5 * (1 + share)).astype(np.uint8)) for share in np.nan_to_num(shares)]


def _shares(values: Map, limit: float) -> Map:
    """Values as shares of the limit, from −1 to 1; NaN where they are infinite or NaN."""
    shares = np.full(values.shape, np.nan)
    finite = np.isfinite(values)
    shares[finite] = values[finite] / limit if limit else 0
    return shares


def _tinted(shares: Map, positive: str, negative: str) -> list[str]:
    """Pictures, one per channel, with the square root of the shares' magnitude as opacity.

    There is a colour for each sign, and grey for NaN. In proportion, a fifth of the scale could hardly be seen.
    """
    pictures = np.zeros((*shares.shape, 4), np.uint8)
    for members, colour in ((shares > 0, positive), (shares < 0, negative), (np.isnan(shares), NEUTRAL_COLOUR)):
        pictures[members, :3] = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    pictures[..., 3] = np.round(255 * np.sqrt(np.abs(np.nan_to_num(shares, nan=1.0))))
    return [picture_url(picture) for picture in pictures]
