"""Why a float16 file is not exactly half as large as its float32 file."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from fp16core.convert.purposes import PURPOSES, LedgerEntry


def bytes_by_category(ledger: Iterable[LedgerEntry]) -> dict[str, int]:
    """Bytes of each category of `PURPOSES`, in their order, 0 for what the file lacks."""
    totals: Counter[str] = Counter()
    for entry in ledger:
        totals[entry.category] += entry.size_bytes
    return {category: totals[category] for category in PURPOSES}


@dataclass(frozen=True)
class SizeAccount:
    """What the target's file has above half of the reference's, by cause.

    With a reference of P bytes of weights and biases and R bytes besides, and a target of P′ and R′,

        P′ + R′ − (P + R) / 2  =  (P′ − P/2)  +  R/2  +  (R′ − R),

    which are, in this order, `uncast_bytes`, `unhalved_bytes`, and `growth`'s sum. Halves of odd
    numbers are kept.

    Attributes
    ----------
    reference_bytes, target_bytes
        Sizes of the two files.
    reference_parameter_bytes
        Weights and biases within the reference, P.
    uncast_bytes
        Weights and biases of the target beyond half of the reference's: what was left in float32.
    unhalved_bytes
        Half of what the reference has besides weights and biases: casting does not shrink it.
    growth
        By category, what the target has besides weights and biases more than the reference
        (less, if negative); categories without a difference are left out.
    """

    reference_bytes: int
    target_bytes: int
    reference_parameter_bytes: int
    uncast_bytes: float
    unhalved_bytes: float
    growth: dict[str, int]

    @property
    def excess_bytes(self) -> float:
        """Bytes of the target beyond half of the reference's."""
        return self.target_bytes - self.reference_bytes / 2

    @property
    def upsampling_bytes(self) -> int:
        """The part of the growth that DEQUANTIZE operators and the tensors they fill take."""
        return self.growth.get("upsampling", 0)

    @property
    def other_growth_bytes(self) -> int:
        """The rest of the growth."""
        return sum(self.growth.values()) - self.upsampling_bytes


def size_account(reference: Iterable[LedgerEntry], target: Iterable[LedgerEntry]) -> SizeAccount:
    """Explain the target's size by the reference's.

    Parameters
    ----------
    reference, target
        Ledgers of the two files, as `byte_ledger` returns them.
    """
    ledgers = tuple(reference), tuple(target)
    parameters = [sum(entry.size_bytes for entry in ledger if entry.is_parameter) for ledger in ledgers]
    sizes = [sum(entry.size_bytes for entry in ledger) for ledger in ledgers]
    before, after = (bytes_by_category(e for e in ledger if not e.is_parameter) for ledger in ledgers)
    return SizeAccount(
        reference_bytes=sizes[0],
        target_bytes=sizes[1],
        reference_parameter_bytes=parameters[0],
        uncast_bytes=parameters[1] - parameters[0] / 2,
        unhalved_bytes=(sizes[0] - parameters[0]) / 2,
        growth={name: after[name] - before[name] for name in PURPOSES if after[name] != before[name]},
    )
