"""A diagnosis as tables: what matters most first, in the words of the field."""

import math
from dataclasses import replace

import pytest

from fp16core.diagnosis.results import ConstantRange
from fp16core.diagnosis.tables import operators, whole
from tests.helpers.diagnoses.made import DIAGNOSIS, error_of, range_of

VERDICT = DIAGNOSIS.arithmetic[0]


def test_every_verdict_has_a_row_with_its_sentence() -> None:
    rows = whole.verdict_rows(DIAGNOSIS)
    stored = DIAGNOSIS.storage
    assert stored is not None
    assert rows["verdict"] == ["file", "range", VERDICT.device, stored.device, "placement", "cure"]
    assert rows["finding"][:3] == ["nothing found", "breaks", "breaks"]
    assert rows["in words"][1] == DIAGNOSIS.range.sentence
    assert whole.verdict_rows(replace(DIAGNOSIS, cure=None))["verdict"][-1] == "placement"


def test_overflows_that_reach_an_output_come_first_then_other_overflows_then_what_fades() -> None:
    ranges = (
        range_of(0, subnormal_share=0.1),
        range_of(1, overflows=True, high=1e9),
        range_of(2),
        range_of(3, overflows=True, low=-7e4, reaches_output=True),
        range_of(5, zeroed_share=0.5),
    )
    found = replace(DIAGNOSIS, range=replace(DIAGNOSIS.range, operators=ranges))
    rows = operators.range_rows(found)
    assert rows["no."] == ["3", "1", "5", "0"]
    assert rows["largest"] == ["7.00 × 10⁴", "1.00 × 10⁹", "4", "4"]
    assert rows["reaches output"] == ["yes", "no", "–", "–"]
    assert operators.range_rows(found, limit=2)["no."] == ["3", "1"]


def test_constants_that_reach_an_output_come_first() -> None:
    constants = tuple(
        ConstantRange(number, "MUL", f"c{number}", value, 1, becomes, reaches)
        for number, (value, becomes, reaches) in enumerate(
            [(1e-6, "subnormal", False), (-1e30, "infinite", False), (1e-8, "zero", True)]
        )
    )
    found = replace(DIAGNOSIS, range=replace(DIAGNOSIS.range, constants=constants))
    rows = operators.constant_rows(found)
    assert rows["constant"] == ["c2", "c1", "c0"]
    assert rows["value"] == ["1.00 × 10⁻⁸", "−1.00 × 10³⁰", "1.00 × 10⁻⁶"]


def test_operators_with_nan_come_first_then_those_with_the_lowest_ratio() -> None:
    errors = (
        error_of(0, snr_db=50.0),
        error_of(1, snr_db=math.inf),
        error_of(2, snr_db=10.0),
        error_of(3, snr_db=math.nan, not_finite=7),
    )
    rows = operators.operator_rows(replace(VERDICT, operators=errors))
    assert rows["no."] == ["3", "2", "0", "1"]
    assert rows["SNR"] == ["–", "10.0 dB", "50.0 dB", "no error"]
    assert rows["NaN or ∞"] == ["7", "0", "0", "0"]


def test_outputs_show_classes_and_tolerances_only_if_there_are_any() -> None:
    rows = operators.output_rows(VERDICT)
    assert rows["same class"] == ["5 of 8", "–"]
    assert rows["within"] == ["no", "–"]
    plain = replace(VERDICT, outputs=tuple(replace(o, same_argmax=None, tolerance=None) for o in VERDICT.outputs))
    assert {*operators.output_rows(plain)} == {"output", "SNR", "largest error", "largest value", "NaN or ∞"}


def test_operators_that_stayed_in_float32_are_named_by_kind() -> None:
    assert operators.float32_remark(VERDICT) == f"{VERDICT.device}: 1 of 5 operators stayed in float32 (SUM)."
    all_half = replace(VERDICT, operators=tuple(replace(op, is_float16=True) for op in VERDICT.operators))
    assert operators.float32_remark(all_half) == ""


def test_only_tensors_to_which_the_cast_does_more_than_round_are_listed() -> None:
    (cast,) = DIAGNOSIS.file.casts
    rounded = replace(cast.tensors[0], tensor="rounded", zero=0, subnormal=0)
    infinite = replace(cast.tensors[0], tensor="infinite", infinite=1)
    rows = whole.changed_weight_rows(replace(cast, tensors=(rounded, *cast.tensors, infinite)))
    assert rows["tensor"] == ["infinite", "dense/kernel"]


def test_a_diagnosis_without_cures_and_measured_costs_has_no_such_rows() -> None:
    bare = replace(DIAGNOSIS, cure=None)
    assert not any(whole.cure_rows(bare).values())
    assert not any(whole.cost_rows(bare).values())
    measured = replace(DIAGNOSIS.placement, load_ms={"reference": 1.5, "target": 3.0}, copy_bytes={"target": 1_000.0})
    assert whole.cost_rows(replace(DIAGNOSIS, placement=measured)) == {
        "": ["loading", "one more copy"],
        "float32 file": ["1.5 ms", "–"],
        "float16 file": ["3 ms", "1,000 B"],
    }


@pytest.mark.parametrize("rows", [whole.placement_rows, whole.cure_rows])
def test_rows_have_a_cell_for_each_title(rows: object) -> None:
    found = rows(DIAGNOSIS)  # type: ignore[operator]
    assert len({len(cells) for cells in found.values()}) == 1
