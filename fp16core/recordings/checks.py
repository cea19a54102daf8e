"""Checks on a document that a schema cannot express."""

from collections.abc import Mapping

from fp16core.modes.latency import PairedRatio


def require(condition: bool, fault: str) -> None:
    """Raise `ValueError` with the fault unless the condition holds."""
    if not condition:
        raise ValueError(fault)


def checked_ratio(found: Mapping[str, float], place: str) -> PairedRatio:
    """Ratio with its interval; raises `ValueError` if the interval does not contain it."""
    ratio = PairedRatio(**found)
    require(ratio.low <= ratio.value <= ratio.high, f"{place} is {ratio.value:g}, outside of its interval")
    return ratio
