"""Probes: shaders that tell of a GPU's arithmetic by numbers that each kind of it computes differently.

The numbers are stored in a buffer, not in the text: a compiler may not compute with them.
"""

from dataclasses import dataclass
from typing import Any

from fp16core.webgpu.wgsl import Precision

_TEXT = """{enable}alias real = {real};
@group(0) @binding(0) var<storage, read> given: array<real>;
@group(0) @binding(1) var<storage, read_write> made: array<f32>;

@compute @workgroup_size(1)
fn main() {{
    made[0] = f32(given[0] + given[1]);
    made[1] = f32(given[2] * given[3]);
    made[2] = f32(given[0] + given[4] * given[5]);
    made[3] = f32(fma(given[4], given[5], given[0]));
    made[4] = f32(given[6] + given[7]);
}}
"""


@dataclass(frozen=True)
class Probe:
    """Numbers for a probe's shader, and what correct rounding makes of them.

    Attributes
    ----------
    precision
        Type that the shader computes in.
    integer
        The first integer whose successor the type cannot hold: it, plus 1, is it again.
    smallest_normal
        Its product with ½ is a subnormal number.
    factors
        Their product, added to ``integer``, gives another number if it is rounded first.
    fused
        That other number.
    largest, step
        The largest finite number, and one that leads from it to infinity.
    """

    precision: Precision
    integer: float
    smallest_normal: float
    factors: tuple[float, float]
    fused: float
    largest: float
    step: float

    @property
    def given(self) -> tuple[float, ...]:
        """The shader's numbers, in order."""
        return (self.integer, 1.0, self.smallest_normal, 0.5, *self.factors, self.largest, self.step)

    @property
    def text(self) -> str:
        """The shader."""
        enable = "enable f16;\n" if self.precision is Precision.FLOAT16 else ""
        return _TEXT.format(enable=enable, real=self.precision.value)

    def document(self) -> dict[str, Any]:
        """The probe for a browser."""
        return {"shader": self.text, "given": list(self.given), "made": RESULTS}


RESULTS = 5
"""Numbers that a probe makes."""

PROBES = {
    Precision.FLOAT32: Probe(
        Precision.FLOAT32,
        2.0**24,
        2.0**-126,
        (1 + 2.0**-23, 1 - 2.0**-24),
        2.0**24 + 2,
        (2 - 2.0**-23) * 2.0**127,
        2.0**103,
    ),
    Precision.FLOAT16: Probe(
        Precision.FLOAT16, 2.0**11, 2.0**-14, (1 + 2.0**-10, 1 - 2.0**-11), 2.0**11 + 2, 65504.0, 16.0
    ),
}


@dataclass(frozen=True)
class Arithmetic:
    """A GPU's arithmetic, as a probe tells.

    Attributes
    ----------
    is_real
        True if sums are rounded to the type: float16 that is computed in float32 is not.
    keeps_subnormals
        True if results below the smallest normal number are not flushed to 0.
    fuses
        True if ``a * b + c`` was computed as a fused multiply-add here; in a loop it may be otherwise.
    fuses_on_request
        True if ``fma`` rounds once.
    overflows
        True if a sum beyond the largest number is infinite.
    """

    is_real: bool
    keeps_subnormals: bool
    fuses: bool
    fuses_on_request: bool
    overflows: bool


def arithmetic(probe: Probe, made: tuple[float, ...]) -> Arithmetic:
    """Property of a driver, told by a probe's results."""
    added, product, either, fused, beyond = made
    return Arithmetic(
        added == probe.integer,
        product == probe.smallest_normal / 2,
        either == probe.fused,
        fused == probe.fused,
        beyond == float("inf"),
    )
