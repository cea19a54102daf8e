"""Comparison of qualities: fewer results that are not finite first, then decibels, device by device."""

import math

from fp16core.diagnosis.cure.magnitudes import Magnitudes
from fp16core.diagnosis.cure.measure import Quality
from fp16core.diagnosis.cure.patient import Arithmetic
from fp16core.diagnosis.finding import Finding

NOTHING = Magnitudes({}, {}, {}, {}, {})


def _quality(snr_db: float, not_finite: int = 0) -> Quality:
    return Quality(snr_db, not_finite, Finding.NOTHING_FOUND)


def _arithmetic(**devices: Quality) -> Arithmetic:
    return Arithmetic(Quality.worst(list(devices.values())), devices, NOTHING)


def test_fewer_results_that_are_not_finite_count_more_than_decibels() -> None:
    assert _quality(10, 1).is_better_than(_quality(math.inf, 2))
    assert not _quality(math.inf, 2).is_better_than(_quality(10, 1))
    assert _quality(11.5).is_better_than(_quality(10), 1)
    assert not _quality(11).is_better_than(_quality(10), 1)


def test_arithmetic_is_better_if_one_device_gains_and_none_loses() -> None:
    now = _arithmetic(cpu=_quality(60), gpu=_quality(0))
    assert _arithmetic(cpu=_quality(60), gpu=_quality(58)).is_better_than(now)
    assert _arithmetic(cpu=_quality(59.5), gpu=_quality(58)).is_better_than(now)
    assert not _arithmetic(cpu=_quality(50), gpu=_quality(58)).is_better_than(now)
    assert not _arithmetic(cpu=_quality(60.5), gpu=_quality(0.5)).is_better_than(now)
    assert not _arithmetic(cpu=_quality(60, 1), gpu=_quality(58)).is_better_than(now)


def test_the_worst_of_several_devices_is_their_worst_in_each_respect() -> None:
    found = Quality.worst(
        [Quality(60, 0, Finding.SAFE, True), Quality(70, 3, Finding.BREAKS, False), Quality(5, 0, Finding.SAFE, True)]
    )
    assert found == Quality(5, 3, Finding.BREAKS, False)
    assert Quality.worst([_quality(60), _quality(70)]).is_within is None
