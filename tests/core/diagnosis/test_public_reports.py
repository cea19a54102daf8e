"""Networks of the kinds that public reports describe get the right verdict, which NumPy has found before."""

import functools
import io
from typing import Any

import numpy as np
import pytest

from fp16core.diagnosis.diagnosis import diagnose
from fp16core.diagnosis.finding import Finding
from fp16core.diagnosis.options import DiagnosisOptions
from fp16core.diagnosis.outcome import Diagnosis
from fp16core.tflite.model_file import ModelFile
from tests.networks.diagnosis.verdicts import RIGHT, contents, samples

EACH = pytest.mark.parametrize("name", RIGHT)


@functools.cache
def diagnosed(name: str) -> Diagnosis:
    """Diagnosis with made-up inputs."""
    return diagnose(ModelFile(contents(name), f"{name}.tflite"), DiagnosisOptions(ranges=RIGHT[name].ranges))


@EACH
def test_a_model_breaks_if_it_does_in_numpy(name: str) -> None:
    right, found = RIGHT[name], diagnosed(name)
    expected = Finding.NOTHING_FOUND if right.has_control else Finding.UNKNOWN
    assert found.finding is (Finding.BREAKS if right.breaks_at else expected)
    assert found.sentence
    assert not found.has_real_inputs


@EACH
def test_the_first_overflow_is_found_and_whether_it_reaches_an_output(name: str) -> None:
    right, verdict = RIGHT[name], diagnosed(name).range
    assert (verdict.first_overflow is not None) == (right.first_overflow is not None)
    if verdict.first_overflow is not None:
        (first,) = (op for op in verdict.operators if op.operator == verdict.first_overflow)
        assert first.tensor == right.first_overflow
        assert first.reaches_output is right.reaches_output


@EACH
def test_constants_that_break_the_model_are_named_and_no_others(name: str) -> None:
    right, constants = RIGHT[name], diagnosed(name).range.constants
    breaking = {c.tensor for c in constants if c.reaches_output and c.becomes in ("infinite", "zero")}
    assert breaking == ({right.breaking_constant} if right.breaking_constant else set())
    if right.subnormal:
        assert [c.becomes for c in constants] == ["subnormal"]


@EACH
def test_arithmetic_is_judged_only_after_a_control(name: str) -> None:
    right, found = RIGHT[name], diagnosed(name)
    assert bool(found.control) is not right.has_control
    (verdict,) = found.arithmetic
    if not right.has_control:
        assert verdict.finding is Finding.UNKNOWN
    elif name == "squares":  # XNNPACK has no float16 kernel for its mean
        assert verdict.finding is Finding.NOTHING_FOUND
        assert {op.kind for op in verdict.operators if not op.is_float16} >= {"MEAN"}
    else:
        assert (verdict.finding is Finding.BREAKS) is (right.breaks_at is not None)


@EACH
def test_the_stored_file_is_judged_on_its_own(name: str) -> None:
    right, found = RIGHT[name], diagnosed(name)
    assert found.storage is not None
    for verdict in (found.file, found.storage):
        assert (verdict.finding is Finding.BREAKS) is right.breaks_when_stored
    assert found.file.codes_filled_in is right.has_old_codes
    by_quantizer = next(cast for cast in found.file.casts if cast.by == "LiteRT Quantizer")
    assert {*right.kept_kinds} <= {kind.kind for kind in by_quantizer.kinds if kind.kept_weights}
    assert sum(kind.cast_weights for kind in by_quantizer.kinds) > 0


@pytest.mark.parametrize("name", [name for name, right in RIGHT.items() if right.needs_constants])
def test_random_inputs_alone_would_not_show_it(name: str) -> None:
    given: dict[str, Any] = {key: values[None] for key, values in samples(name)["random"].items()}
    archive = io.BytesIO()
    np.savez(archive, **given)
    found = diagnose(ModelFile(contents(name), name), DiagnosisOptions(inputs=archive.getvalue()))
    assert found.has_real_inputs
    assert found.arithmetic[0].finding is not Finding.BREAKS
