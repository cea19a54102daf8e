"""Effect of a cast on each stored tensor, on the operators that read it, and on the size of the file."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from fp16core.diagnosis.file_results import CastFile, CastTensor, KindCast
from fp16core.diagnosis.files.constants import ConstantReading, constant_readings
from fp16core.numerics.weight_rounding import WeightRounding
from fp16core.tflite.ledger import byte_ledger
from fp16core.tflite.model_file import ModelFile
from fp16core.tflite.purposes import LedgerEntry
from fp16core.tflite.size_account import size_account
from fp16core.vocabulary import PairError

Ledger = tuple[LedgerEntry, ...]

_CHUNK = 1 << 18
"""Numbers that are compared at a time: comparing takes some twenty times their memory."""


def cast_file(by: str, reference: ModelFile, target: ModelFile, ledger: Ledger) -> CastFile:
    """Compare a file with its float16 counterpart.

    Parameters
    ----------
    by
        The converter that made the counterpart.
    reference, target
        The files.
    ledger
        The reference's, as `byte_ledger` returns it.

    Raises
    ------
    ModelFileError
        If a file is not a LiteRT model or is damaged.
    PairError
        If the operators of the two files do not read the same constants.
    """
    halves = constant_readings(target)
    pairs = _paired(reference, constant_readings(reference), target, halves)
    account = size_account(ledger, byte_ledger(target))
    return CastFile(by, _kinds(halves), _tensors(pairs), account)


def _paired(
    reference: ModelFile, one: Sequence[ConstantReading], target: ModelFile, other: Sequence[ConstantReading]
) -> list[tuple[ConstantReading, ConstantReading]]:
    if [(reading.place, reading.tensor.shape) for reading in one] != [
        (reading.place, reading.tensor.shape) for reading in other
    ]:
        raise PairError(
            f"{target.name} was not made from {reference.name}: their operators do not read constants of the same "
            "shapes at the same places; choose a file converted from it."
        )
    return list(zip(one, other, strict=True))


def _kinds(readings: Sequence[ConstantReading]) -> tuple[KindCast, ...]:
    """Numbers by the kind of operator that reads them first, largest first."""
    kinds: dict[str, list[int]] = {}
    seen: set[int] = set()
    for reading in readings:
        if reading.tensor.buffer in seen:
            continue
        seen.add(reading.tensor.buffer)
        counts = kinds.setdefault(reading.kind, [0, 0, 0])
        if reading.tensor.dtype == "float16":
            counts[0] += reading.numbers
        else:
            counts[1] += reading.numbers
            counts[2] += reading.tensor.stored_size_bytes
    found = [KindCast(kind, *counts) for kind, counts in kinds.items()]
    return tuple(sorted(found, key=lambda kind: -(kind.cast_weights + kind.kept_weights)))


def _tensors(pairs: Sequence[tuple[ConstantReading, ConstantReading]]) -> tuple[CastTensor, ...]:
    readers: dict[tuple[int, int], set[int]] = {}
    first: dict[tuple[int, int], tuple[ConstantReading, ConstantReading]] = {}
    for one, other in pairs:
        key = one.graph, one.tensor.index
        # Operators in the bodies of others have no index in the main graph, which is the one that is shown.
        readers.setdefault(key, set()).update({one.operator} if one.graph == 0 else ())
        if other.tensor.dtype == "float16" and one.is_dense and other.is_dense:
            first.setdefault(key, (one, other))
    return tuple(
        _cast_tensor(one, other, tuple(sorted(readers[one.graph, one.tensor.index]))) for one, other in first.values()
    )


def _cast_tensor(one: ConstantReading, other: ConstantReading, operators: tuple[int, ...]) -> CastTensor:
    reference: npt.NDArray[np.generic] = one.tensor.values.ravel()
    stored: npt.NDArray[np.float16] = other.tensor.values.ravel()  # type: ignore[assignment]  # its dtype is float16
    counts = np.zeros(4, np.int64)
    worst = 0.0
    for start in range(0, len(stored), _CHUNK):
        values = reference[start : start + _CHUNK].astype(np.float32)
        chunk = WeightRounding(one.tensor.name, values, stored[start : start + _CHUNK])
        counts += chunk.became_infinite, chunk.clamped, chunk.underflowed, chunk.subnormal
        finite = np.isfinite(chunk.reference) & np.isfinite(chunk.stored)
        if not finite.all():
            chunk = WeightRounding(one.tensor.name, chunk.reference[finite], chunk.stored[finite])
        worst = max(worst, chunk.max_relative_error)
    infinite, clamped, zero, subnormal = (int(count) for count in counts)
    return CastTensor(one.tensor.name, operators, len(stored), infinite, clamped, zero, subnormal, worst)
