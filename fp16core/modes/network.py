"""Networks that can be run and timed in the modes of execution."""

from enum import Enum


class Network(Enum):
    """Network that is measured; the value is its name in documents and on the command line."""

    PAIR = "pair"
    WIDE = "wide"

    @property
    def title(self) -> str:
        """Words for a table."""
        return {
            Network.PAIR: "a pair of models for digits",
            Network.WIDE: "six 3 × 3 convolutions with 128 filters",
        }[self]


WIDE_SHA256 = (
    "6b958c340808e5dfbc2ae6442a274e55277a70f08c3e9ee2785c78d5a5d48391",
    "832c31856d7c0ed846ee1d2bce8939d5a0e1fd7b5a68997115fd5d2c08a0e352",
)
"""Digests of the wide network's float32 and float16 file, as `fp16core.modes.wide.wide_pair` makes them."""
