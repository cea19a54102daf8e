"""Account of a float16 file's size: the reasons why it is not exactly half of the float32 file's."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from fp16core.tflite.purposes import PURPOSES, LedgerEntry


def bytes_by_category(ledger: Iterable[LedgerEntry]) -> dict[str, int]:
    """Bytes of each category of `PURPOSES`, in their order, 0 for what the file lacks."""
    totals: Counter[str] = Counter()
    for entry in ledger:
        totals[entry.category] += entry.size_bytes
    return {category: totals[category] for category in PURPOSES}


@dataclass(frozen=True)
class SizeAccount:
    """Bytes of the target's file above half of the reference's, by cause.

    With P bytes of weights and biases and R other bytes in the reference, and P′ and R′ in the target,

        P′ + R′ − (P + R) / 2  =  (P′ − P/2)  +  R/2  +  (R′ − R),

    which are, in this order, `uncast_bytes`, `unhalved_bytes` and `growth_bytes`. Halves of odd
    numbers are kept.

    Attributes
    ----------
    reference, target
        Bytes of each category in the two files, as `bytes_by_category` returns them.
    reference_parameter_bytes, target_parameter_bytes
        Weights and biases within the files, P and P′.
    """

    reference: dict[str, int]
    target: dict[str, int]
    reference_parameter_bytes: int
    target_parameter_bytes: int

    @property
    def reference_bytes(self) -> int:
        """Size of the reference's file."""
        return sum(self.reference.values())

    @property
    def target_bytes(self) -> int:
        """Size of the target's file."""
        return sum(self.target.values())

    @property
    def reference_rest_bytes(self) -> int:
        """Bytes of the reference other than weights and biases, R."""
        return self.reference_bytes - self.reference_parameter_bytes

    @property
    def target_rest_bytes(self) -> int:
        """Bytes of the target other than weights and biases, R′."""
        return self.target_bytes - self.target_parameter_bytes

    @property
    def change(self) -> dict[str, int]:
        """Bytes of each category in the target minus those in the reference."""
        return {category: self.target[category] - size for category, size in self.reference.items()}

    @property
    def size_share(self) -> float:
        """Size of the target as a share of the reference's."""
        return self.target_bytes / self.reference_bytes

    @property
    def excess_bytes(self) -> float:
        """Bytes of the target beyond half of the reference's."""
        return self.target_bytes - self.reference_bytes / 2

    @property
    def uncast_bytes(self) -> float:
        """Weights and biases of the target beyond half of the reference's: what was left in float32."""
        return self.target_parameter_bytes - self.reference_parameter_bytes / 2

    @property
    def unhalved_bytes(self) -> float:
        """Half of the reference's other bytes, R/2: casting does not shrink them."""
        return self.reference_rest_bytes / 2

    @property
    def growth_bytes(self) -> int:
        """Growth of everything other than weights and biases, R′ − R; negative if it shrinks."""
        return self.target_rest_bytes - self.reference_rest_bytes

    @property
    def upsampling_bytes(self) -> int:
        """Part of the growth due to DEQUANTIZE operators and the tensors they fill."""
        return self.change["upsampling"]


def size_account(reference: Iterable[LedgerEntry], target: Iterable[LedgerEntry]) -> SizeAccount:
    """Explain the target's size by the reference's.

    Parameters
    ----------
    reference, target
        Ledgers of the two files, as `byte_ledger` returns them.
    """
    ledgers = tuple(reference), tuple(target)
    parameters = [sum(entry.size_bytes for entry in ledger if entry.is_parameter) for ledger in ledgers]
    return SizeAccount(bytes_by_category(ledgers[0]), bytes_by_category(ledgers[1]), parameters[0], parameters[1])
