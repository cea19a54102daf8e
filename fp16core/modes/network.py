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
